// Sessions with a shared store, on a registry of this machine: unchanged apps on an empty engine, restored apps beside the
// engine's own pulls, and builds that add their results beside builds that do not.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { callEngine } from "@sti/testing/engine-api";
import { startRegistry } from "@sti/testing/registry";
import { removeImagesOf } from "@sti/testing/remove-images";
import type { BenchContext } from "./bench-context.ts";
import { generateWorkspace } from "./generate-workspace.ts";
import { type Contender, type Figures, measure, type Table } from "./measure.ts";
import { stiCommand } from "./sti-command.ts";
import { timeCommand } from "./time-command.ts";
import { withFolder } from "./with-folder.ts";
import { withImages } from "./with-images.ts";

const APPS = 100;
/** Of a second project: what is pulled, and what is built. */
const SOME = 10;
/** Of each of these. */
const MEGABYTES = 20;
/** Of a third project: builds that take as long as compilers do, of apps that compress like programs. */
const BUILT = { apps: 6, textMegabytes: 20, work: 2 };
/** Of a fourth project: how time grows with the number of apps. */
const MANY = 500;
const ROUNDS = 5;
const REPOSITORY = "sti-bench-store";
const PULLS = "the engine's pulls";
const KEPT = "sti run, the cache of CI kept";
const WITHOUT = "sti run, no store";

export async function bench({ part, rounds = ROUNDS, ...given }: BenchContext): Promise<readonly Table[]> {
  const registry = await startRegistry();
  try {
    return await withFolder(async (folder) => {
      const tables: Table[] = [];
      await withImages(given.host, REPOSITORY, async () => {
        for (const [name, measurePart] of Object.entries(PARTS)) {
          if (part !== undefined && part !== name) continue;
          // Side by side: a project that contains the others would read their files, too.
          const store = `${registry.address}/sti-bench/store-${name}`;
          tables.push(await measurePart({ ...given, rounds, folder: join(folder, name), store }));
        }
      });
      return tables;
    });
  } finally {
    await registry.close();
  }
}

interface ProjectContext extends Omit<BenchContext, "part" | "rounds"> {
  readonly folder: string;
  readonly store: string;
  readonly rounds: number;
}

const PARTS: Readonly<Record<string, (context: ProjectContext) => Promise<Table>>> = {
  many: measureMany,
  unchanged: measureUnchanged,
  restored: measureRestored,
  added: measureAdded,
  built: measureBuilt,
};

async function measureUnchanged({
  folder,
  host,
  rounds,
  say,
  signal,
  store,
}: ProjectContext): Promise<Table> {
  const plain = { folder: join(folder, "plain"), apps: APPS, repository: REPOSITORY };
  generateWorkspace({ ...plain, store });
  const machine = createMachine({ folder: plain.folder, host, signal });
  // With a cache of its own, which it empties: the others keep the compiled program.
  const fresh = createMachine({ folder: plain.folder, cache: join(folder, "fresh"), host, signal });
  const signedFolder = join(folder, "signed");
  generateWorkspace({ ...plain, folder: signedFolder, store: `${store}-signed`, signed: true });
  const signed = createMachine({ folder: signedFolder, host, signal });
  say(`adding ${APPS} apps to the store`);
  await machine.run();
  await signed.empty();
  await signed.run();
  say("measuring");
  const rows = await measure(
    [
      { ...fresh.contender("sti run, a fresh user", ["--load", "none"], fresh.forgetAll), goal: "2 s" },
      {
        ...machine.contender(KEPT, ["--load", "none"], machine.forgetProject),
        goal: "2 s, 400 ms CPU, no pull",
      },
      {
        ...signed.contender("the same, cache.verify", ["--load", "none"], signed.forgetProject),
        goal: "1.1 ×",
      },
    ],
    { rounds, signal },
  );
  return { title: `${APPS} unchanged apps, empty engine`, compare: "cpu", peers: [KEPT], rows };
}

/** What is pulled beside the engine's own pulls. */
async function measureRestored(context: ProjectContext): Promise<Table> {
  const { host, rounds, say, signal } = context;
  const { machine, what } = await storeSome(context);
  const pulls = await machine.listStored();
  say("measuring");
  const rows = await measure(
    [
      { name: PULLS, prepare: machine.empty, run: () => pullAll(host, pulls) },
      {
        ...machine.contender("sti run, --load all", ["--load", "all"], machine.forgetProject),
        goal: "1.05 ×",
      },
    ],
    { rounds, signal },
  );
  return { title: `${what} restored`, compare: "wall", peers: [PULLS], rows };
}

/** What is added beside builds that add nothing. */
async function measureAdded(context: ProjectContext): Promise<Table> {
  const { folder, rounds, say, signal } = context;
  const { machine, what } = await storeSome(context);
  say("measuring");
  const rows = await measureAdding(machine, () => editAll(folder, SOME), { rounds, signal });
  return { title: `${what} edited, nothing compresses`, compare: "wall", peers: [WITHOUT], rows };
}

/**
 * Apps as large as real ones. The builder's cache would keep their layers, so that nothing is left to pull: containers make
 * them.
 */
async function storeSome({ folder, host, say, signal, store }: ProjectContext) {
  const shape = { folder, apps: SOME, megabytes: MEGABYTES, repository: REPOSITORY, store };
  generateWorkspace({ ...shape, method: "container" });
  const machine = createMachine({ folder, host, signal });
  await machine.empty();
  const what = `${SOME} apps of ${MEGABYTES} MB`;
  say(`adding ${what} to the store`);
  await machine.run();
  return { machine, what };
}

/** What is added beside builds that take some seconds of a processor. */
async function measureBuilt(context: ProjectContext): Promise<Table> {
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
  const machine = createMachine({ folder, host, signal });
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
  machine: ReturnType<typeof createMachine>,
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

/** Nothing is pulled, so that the time is that of deciding. */
async function measureMany(context: ProjectContext): Promise<Table> {
  const { folder, host, rounds, say, signal, store } = context;
  generateWorkspace({ folder, apps: MANY, repository: REPOSITORY, store });
  const machine = createMachine({ folder, host, signal });
  await machine.empty();
  say(`adding ${MANY} apps to the store`);
  await machine.run();
  say("measuring");
  const contender = machine.contender(KEPT, ["--load", "none"], machine.forgetProject);
  const rows = await measure([{ ...contender, goal: "6 s" }], { rounds, signal });
  return { title: `${MANY} unchanged apps, empty engine`, compare: "wall", peers: [], rows };
}

function createMachine({
  folder,
  cache = join(folder, "cache"),
  host,
  signal,
}: Pick<BenchContext, "host" | "signal"> & { readonly folder: string; readonly cache?: string }) {
  const timed = (args: readonly string[], engine = host) =>
    timeCommand({
      command: stiCommand(...args),
      cwd: folder,
      env: { DOCKER_HOST: engine, XDG_CACHE_HOME: cache, CI: undefined },
      signal,
    });
  const empty = async () => await removeImagesOf({ host }, REPOSITORY);
  const forget = (path: string) => async () => {
    await empty();
    rmSync(path, { recursive: true, force: true });
  };
  const run = async (...args: readonly string[]): Promise<Figures> => {
    const { figures } = await timed(["run", ...args]);
    return figures;
  };
  return {
    run,
    empty,
    /** Nothing is known of the project; the program is compiled. */
    forgetProject: forget(join(cache, "sti", "projects")),
    forgetAll: forget(cache),
    contender: (name: string, args: readonly string[], prepare: () => Promise<void> | void): Contender => ({
      name,
      prepare,
      run: () => run(...args),
    }),
    /** References of all images, by digest. */
    listStored: async () => {
      const { stdout } = await timed(["cache", "ls", "--json"]);
      const { kept, repository } = JSON.parse(stdout) as {
        readonly repository: string;
        readonly kept: readonly { readonly digest: string }[];
      };
      return kept.map(({ digest }) => `${repository}@${digest}`);
    },
  };
}

/** As many at a time as sti has targets at work. */
async function pullAll(host: string, references: readonly string[]): Promise<Figures> {
  const started = performance.now();
  const left = [...references];
  const work = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const { status } = await callEngine(
        { host },
        "POST",
        `/images/create?fromImage=${encodeURIComponent(next)}`,
      );
      if (status !== 200) throw new Error(`${next} cannot be pulled: ${status}`);
    }
  };
  await Promise.all([work(), work()]);
  const wall = performance.now() - started;
  for (const reference of references) await callEngine({ host }, "DELETE", `/images/${reference}?force=1`);
  return { wall };
}

function editAll(folder: string, apps: number): void {
  for (let index = 0; index < apps; index += 1)
    writeFileSync(join(folder, `apps/app-${index}/file-0.txt`), `${process.hrtime.bigint()}\n`);
}
