// Builds that add their results beside builds that do not.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateWorkspace } from "./generate-workspace.ts";
import { measure, type Table } from "./measure.ts";
import { createStoreMachine, type ProjectContext, REPOSITORY, type StoreMachine } from "./store-machine.ts";
import { SOME, storeSome } from "./store-some.ts";

/** Builds that take as long as compilers do, of apps that compress like programs. */
const BUILT = { apps: 6, textMegabytes: 20, work: 2 };
const WITHOUT = "sti run, no store";

/** Builds of almost no time. */
export async function measureAdded(context: ProjectContext): Promise<Table> {
  const { folder, rounds, say, signal } = context;
  const { machine, what } = await storeSome(context);
  say("measuring");
  const rows = await measureAdding(machine, () => editAll(folder, SOME), { rounds, signal });
  return { title: `${what} edited, nothing compresses`, compare: "wall", peers: [WITHOUT], rows };
}

/** Builds of some seconds of a processor. */
export async function measureBuilt(context: ProjectContext): Promise<Table> {
  const { folder, host, rounds, say, signal, store } = context;
  const { apps, textMegabytes, work } = BUILT;
  generateWorkspace({
    folder,
    apps,
    textMegabytes,
    work,
    repository: REPOSITORY,
    store,
    method: "container",
  });
  const machine = createStoreMachine({ folder, host, signal });
  await machine.empty();
  say(`adding ${apps} apps of ${textMegabytes} MB of text to the store`);
  await machine.run();
  say("measuring");
  const rows = await measureAdding(machine, () => editAll(folder, apps), { rounds, signal });
  const title = `${apps} apps of ${textMegabytes} MB of text edited, builds of some seconds`;
  return { title, compare: "wall", peers: [WITHOUT], rows };
}

/** Builds after an edit of all apps, without a store and with one that their results are added to. */
async function measureAdding(
  machine: StoreMachine,
  edit: () => void,
  options: { readonly rounds: number; readonly signal: AbortSignal },
) {
  return await measure(
    [
      { ...machine.contender(WITHOUT, ["--no-cache-read", "--no-cache-write"], edit) },
      { ...machine.contender("sti run, results added", ["--no-cache-read"], edit), goal: "1.05 ×" },
    ],
    options,
  );
}

function editAll(folder: string, apps: number): void {
  for (let index = 0; index < apps; index += 1)
    writeFileSync(join(folder, `apps/app-${index}/file-0.txt`), `${process.hrtime.bigint()}\n`);
}
