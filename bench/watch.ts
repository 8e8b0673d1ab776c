// Time from a saved file to the moved tag, beside the engine's time for a container and a commit.
import { join } from "node:path";
import type { BenchContext } from "./bench-context.ts";
import { createEngineFloor } from "./engine-floor.ts";
import { generateWorkspace } from "./generate-workspace.ts";
import { writeManyFiles } from "./many-files.ts";
import { type Row, spread, type Table } from "./measure.ts";
import { type EditTimes, timeEdit, untilReady } from "./time-edit.ts";
import { sizeOf, startWatch } from "./watch-process.ts";
import { withFolder } from "./with-folder.ts";
import { withImages } from "./with-images.ts";

const REPOSITORY = "sti-bench-watch";
const FLOOR = "by hand";
const METHODS = ["container", "dockerfile"] as const;
/** Edits that are not counted. */
const WARM_UP = 3;

export async function bench(context: BenchContext): Promise<readonly Table[]> {
  const tables: Table[] = [];
  for (const files of [20, 10_000]) {
    for (const method of METHODS) {
      tables.push(await inProject(context, (folder) => benchEdits(folder, { method, files }, context)));
    }
  }
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
