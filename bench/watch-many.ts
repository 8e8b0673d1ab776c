// A watch of many apps: time from a saved file to the moved tag where each file is of another app, so that no guess about the
// next build is right; and its load while nothing happens.
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { BenchContext } from "./bench-context.ts";
import { generateWorkspace } from "./generate-workspace.ts";
import { spread, type Table } from "./measure.ts";
import { type EditTimes, timeEdit, untilReady } from "./time-edit.ts";
import { cpuOf, sizeOf, startWatch } from "./watch-process.ts";
import { withFolder } from "./with-folder.ts";
import { withImages } from "./with-images.ts";

const REPOSITORY = "sti-bench-watch-many";
/** Edits that are not counted. */
const WARM_UP = 3;
const APPS = 100;
/** Milliseconds. */
const IDLE = 20_000;

export async function bench(context: BenchContext): Promise<readonly Table[]> {
  return await withFolder((folder) =>
    withImages(context.host, REPOSITORY, async () => [await measureEdits(folder, context)]),
  );
}

async function measureEdits(folder: string, context: BenchContext): Promise<Table> {
  const { host, rounds = 20, say, signal } = context;
  generateWorkspace({ folder, apps: APPS, method: "container", repository: REPOSITORY });
  const targets = ["builder", ...Array.from({ length: APPS }, (_, index) => `app-${index}`)];
  const start = async () => {
    const started = performance.now();
    const watch = startWatch({ folder, host, signal });
    try {
      await untilReady(watch, targets);
      return { watch, ready: performance.now() - started };
    } catch (error) {
      await watch.stop();
      throw error;
    }
  };
  say(`building ${APPS} apps for the first time`);
  await (await start()).watch.stop();
  say("measuring");
  const { ready, watch } = await start();
  try {
    const times: EditTimes[] = [];
    for (let round = 0; round < WARM_UP + rounds; round += 1) {
      signal.throwIfAborted();
      const name = `app-${(round * 7) % APPS}`;
      const edit = await timeEdit(watch, join(folder, "apps", name, "file-0.txt"), name);
      if (round >= WARM_UP) times.push(edit);
    }
    // The work after an edit ends meanwhile.
    await setTimeout(2000, undefined, { signal });
    const before = cpuOf(watch.pid);
    await setTimeout(IDLE, undefined, { signal });
    const cpu = cpuOf(watch.pid) - before;
    return {
      title: `${APPS} apps of ten files, one file saved, container method`,
      compare: "wall",
      peers: [],
      rows: [
        { name: "start to all up to date", wall: ready },
        {
          name: "save to build",
          goal: "130 ms with the quiet period",
          ...spread(times.map(({ build }) => build)),
        },
        { name: "save to moved tag", ...spread(times.map(({ tag }) => tag)) },
        { name: "at rest", wall: IDLE, cpu, goal: "1 % of wall", memory: sizeOf(watch.pid).memory },
      ],
    };
  } finally {
    await watch.stop();
  }
}
