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
/** Of these, what is pulled and what is built is measured. */
const SOME = 10;
/** Of a second project: how time grows with the number of apps. */
const MANY = 500;
const ROUNDS = 5;
const REPOSITORY = "sti-bench-store";
const PULLS = "the engine's pulls";
const WITHOUT = "sti run, no store";

export async function bench({ host, rounds = ROUNDS, say, signal }: BenchContext): Promise<readonly Table[]> {
  const registry = await startRegistry();
  try {
    return await withFolder(async (folder) => {
      const store = `${registry.address}/sti-bench/store`;
      generateWorkspace({ folder, apps: APPS, repository: REPOSITORY, store });
      const machine = createMachine({ folder, host, signal });
      return await withImages(host, REPOSITORY, async () => {
        say(`adding ${APPS} apps to the store`);
        await machine.run();
        const pulls = await machine.listStored();
        const some = Array.from({ length: SOME }, (_, index) => `app-${index}`);
        say("measuring");
        const restored = await measure(
          [
            {
              ...machine.contender("sti run, a fresh user", ["--load", "none"], machine.forgetAll),
              goal: "2 s",
            },
            {
              ...machine.contender(
                "sti run, the cache of CI kept",
                ["--load", "none"],
                machine.forgetProject,
              ),
              goal: "2 s, 400 ms CPU, no pull",
            },
          ],
          { rounds, signal },
        );
        const loaded = await measure(
          [
            { name: PULLS, prepare: machine.empty, run: () => pullAll(host, pulls) },
            {
              ...machine.contender(
                `sti run, ${SOME} apps, --load all`,
                [...some, "--load", "all"],
                machine.forgetProject,
              ),
              goal: "1.05 ×",
            },
          ],
          { rounds, signal },
        );
        const edit = () => editAll(folder, some);
        const added = await measure(
          [
            { ...machine.contender(WITHOUT, [...some, "--no-cache-read", "--no-cache-write"], edit) },
            {
              ...machine.contender("sti run, results added", [...some, "--no-cache-read"], edit),
              goal: "1.05 ×",
            },
          ],
          { rounds, signal },
        );
        const many = await measureMany({ folder: join(folder, "many"), host, rounds, say, signal, store });
        return [
          many,
          { title: `${APPS} unchanged apps, empty engine`, compare: "cpu", peers: [], rows: restored },
          { title: `${SOME} apps restored`, compare: "wall", peers: [PULLS], rows: loaded },
          { title: `${SOME} apps edited`, compare: "wall", peers: [WITHOUT], rows: added },
        ];
      });
    });
  } finally {
    await registry.close();
  }
}

/** Nothing is pulled, so that the time is that of deciding. */
async function measureMany({
  folder,
  host,
  rounds,
  say,
  signal,
  store,
}: Omit<BenchContext, "rounds"> & {
  readonly folder: string;
  readonly store: string;
  readonly rounds: number;
}): Promise<Table> {
  generateWorkspace({ folder, apps: MANY, repository: REPOSITORY, store: `${store}-many` });
  const machine = createMachine({ folder, host, signal });
  await machine.empty();
  say(`adding ${MANY} apps to the store`);
  await machine.run();
  say("measuring");
  const contender = machine.contender(
    "sti run, the cache of CI kept",
    ["--load", "none"],
    machine.forgetProject,
  );
  const rows = await measure([{ ...contender, goal: "6 s" }], { rounds, signal });
  return { title: `${MANY} unchanged apps, empty engine`, compare: "wall", peers: [], rows };
}

function createMachine({
  folder,
  host,
  signal,
}: Pick<BenchContext, "host" | "signal"> & { readonly folder: string }) {
  const cache = join(folder, "cache");
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
    /** References of the builder and of some apps, by digest. */
    listStored: async () => {
      const { stdout } = await timed(["cache", "ls", "--json"]);
      const { kept, repository } = JSON.parse(stdout) as {
        readonly repository: string;
        readonly kept: readonly { readonly target: string; readonly digest: string }[];
      };
      const names = new Set(["builder", ...Array.from({ length: SOME }, (_, index) => `app-${index}`)]);
      return kept.filter(({ target }) => names.has(target)).map(({ digest }) => `${repository}@${digest}`);
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

function editAll(folder: string, apps: readonly string[]): void {
  for (const app of apps)
    writeFileSync(join(folder, "apps", app, "file-0.txt"), `${process.hrtime.bigint()}\n`);
}
