// Time from a saved file to the moved tag, beside the engine's time for a container and a commit; and the load of a
// watch of many apps while nothing happens.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { BenchContext } from "./bench-context.ts";
import { createEngineFloor } from "./engine-floor.ts";
import { generateWorkspace } from "./generate-workspace.ts";
import { writeManyFiles } from "./many-files.ts";
import { type Row, spread, type Table } from "./measure.ts";
import { cpuOf, sizeOf, startWatch, type WatchProcess } from "./watch-process.ts";
import { withFolder } from "./with-folder.ts";
import { withImages } from "./with-images.ts";

const REPOSITORY = "sti-bench-watch";
const FLOOR = "by hand";
const METHODS = ["container", "dockerfile"] as const;
/** Edits that are not counted. */
const WARM_UP = 3;
const APPS = 100;
/** Milliseconds. */
const IDLE = 20_000;

export async function bench(context: BenchContext): Promise<readonly Table[]> {
  const tables: Table[] = [];
  for (const files of [20, 10_000]) {
    for (const method of METHODS) {
      tables.push(await inProject(context, (folder) => benchEdits(folder, { method, files }, context)));
    }
  }
  tables.push(await inProject(context, (folder) => benchMany(folder, context)));
  return tables;
}

async function inProject<T>({ host }: BenchContext, work: (folder: string) => Promise<T>): Promise<T> {
  return await withFolder((folder) => withImages(host, REPOSITORY, () => work(folder)));
}

async function benchEdits(
  folder: string,
  { files, method }: { readonly files: number; readonly method: (typeof METHODS)[number] },
  { host, rounds = 20, say, signal }: BenchContext,
): Promise<Table> {
  const isMany = files > 1000;
  generateWorkspace({ folder, apps: 1, files: isMany ? 0 : files, method, repository: REPOSITORY });
  if (isMany) writeManyFiles(join(folder, "apps/app-0"));
  const file = join(folder, "apps/app-0", isMany ? "folder-7/file-7.txt" : "file-0.txt");
  say(`building an app of ${files} files by the ${method} method`);
  const watch = startWatch({ folder, host, signal });
  try {
    await untilReady(watch, ["builder", "app-0"]);
    const floor = await createEngineFloor({
      host,
      image: `${REPOSITORY}/builder`,
      source: `${REPOSITORY}/app-0`,
      tag: `${REPOSITORY}/floor`,
    });
    try {
      say("measuring");
      const times = { floor: [] as number[], edits: [] as EditTimes[] };
      for (let round = 0; round < WARM_UP + rounds; round += 1) {
        signal.throwIfAborted();
        const edit = await timeEdit(watch, file, "app-0");
        const byHand = await floor.run();
        if (round < WARM_UP) continue;
        times.edits.push(edit);
        times.floor.push(byHand);
      }
      const row = (name: string, of: (edit: EditTimes) => number, goal?: string): Row => ({
        name,
        goal,
        ...spread(times.edits.map(of)),
      });
      return {
        title: `one app of ${files} files, one saved, ${method} method`,
        compare: "wall",
        peers: [FLOOR],
        rows: [
          { name: FLOOR, ...spread(times.floor) },
          row("save to build", ({ build }) => build),
          row("save to moved tag", ({ tag }) => tag, `${isMany ? "1.50" : "1.25"} × ${FLOOR}`),
          row("build to moved tag", ({ build, tag }) => tag - build),
          { ...row("save to the end", ({ end }) => end), memory: sizeOf(watch.pid).memory },
        ],
        notes: ["The quiet period of 50 ms is in all times that begin with the save."],
      };
    } finally {
      await floor.close();
    }
  } finally {
    await watch.stop();
  }
}

/** Milliseconds from the save. */
interface EditTimes {
  readonly build: number;
  readonly tag: number;
  readonly end: number;
}

/** Unique per run, so that the engine's build cache has no results of an earlier benchmark. */
const RUN = randomBytes(8).toString("hex");
let edits = 0;

/** Saves a file, and waits until its target's image is made. */
async function timeEdit(watch: WatchProcess, file: string, target: string): Promise<EditTimes> {
  watch.clear();
  edits += 1;
  const saved = performance.now();
  writeFileSync(file, `edit ${edits} of ${RUN}\n`.repeat(50));
  const next = async (type: string, step?: string) =>
    (await watch.next((event) => event.type === type && event.target === target && event.step === step))
      .readAt;
  const build = await next("target-started");
  const tag = await next("step-finished", "tag-image");
  const end = await next("target-finished");
  await watch.next(({ type }) => type === "watch-settled");
  return { build: build - saved, tag: tag - saved, end: end - saved };
}

async function untilReady(watch: WatchProcess, targets: readonly string[]): Promise<void> {
  const missing = new Set(targets);
  while (missing.size > 0) {
    const { outcome, target = "" } = await watch.next(({ type }) => type === "target-finished");
    if (outcome !== "built" && outcome !== "up-to-date") throw new Error(`${target} is ${outcome}`);
    missing.delete(target);
  }
}

async function benchMany(folder: string, context: BenchContext): Promise<Table> {
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
