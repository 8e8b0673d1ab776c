// Sessions that find everything up to date: sti beside turbo and wireit, on as many small packages in the same run.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { startFaultProxy } from "@sti/testing/fault-proxy";
import type { BenchContext } from "./bench-context.ts";
import { generateWorkspace } from "./generate-workspace.ts";
import { goalHere, measureSpeed } from "./machine-speed.ts";
import { type Contender, measure, type Row, type Table } from "./measure.ts";
import { generateNodeWorkspace } from "./node-workspace.ts";
import { stiCommand } from "./sti-command.ts";
import { timeCommand } from "./time-command.ts";
import { withFolder } from "./with-folder.ts";
import { withImages } from "./with-images.ts";

/** Goals are milliseconds of processor time. */
const SIZES = [
  { apps: 10, goal: 80 },
  { apps: 100, goal: 120 },
  { apps: 500, goal: 250 },
] as const;

export async function bench(context: BenchContext): Promise<readonly Table[]> {
  const tables: Table[] = [];
  for (const size of SIZES) tables.push(await withFolder((folder) => benchSize(size, folder, context)));
  return tables;
}

async function benchSize(
  { apps, goal }: (typeof SIZES)[number],
  folder: string,
  context: BenchContext,
): Promise<Table> {
  const { host, rounds = apps < 500 ? 9 : 5, say, signal } = context;
  const repository = `sti-bench-${apps}`;
  const [project, packages] = [join(folder, "sti"), join(folder, "node")];
  generateWorkspace({ folder: project, apps, repository });
  const { turbo, wireit } = generateNodeWorkspace({ folder: packages, apps });
  const git = await commitAll([project, packages], signal);
  const sti = (...args: readonly string[]) => ({
    command: stiCommand(...args),
    cwd: project,
    env: { DOCKER_HOST: host },
    signal,
  });
  const runners = { turbo, wireit };
  const started = (name: keyof typeof runners) => ({ ...runners[name], cwd: packages, signal });
  const contender = (name: string, timed: Parameters<typeof timeCommand>[0]): Contender => ({
    name,
    run: async () => (await timeCommand(timed)).figures,
  });
  return await withImages(host, repository, async () => {
    say(`bringing ${apps} apps up to date`);
    await timeCommand(sti("run"));
    await timeCommand(started("turbo"));
    await timeCommand(started("wireit"));
    const calls = { plan: await countCalls(sti("plan"), folder), run: await countCalls(sti("run"), folder) };
    await expectUpToDate(sti("plan", "--json"));
    say("measuring");
    const speed = await measureSpeed(signal);
    const rows = await measure(
      [
        contender("turbo", started("turbo")),
        contender("wireit", started("wireit")),
        contender("sti plan", sti("plan")),
        { ...contender("sti run", sti("run")), goal: `${goalHere(goal, speed)}, 5 calls, 90 MB` },
      ],
      { rounds, signal },
    );
    const withCalls = rows.map((row): Row => {
      const name = row.name.startsWith("sti ") ? (row.name.slice(4) as keyof typeof calls) : undefined;
      return name === undefined ? row : { ...row, calls: calls[name] };
    });
    return {
      title: `${apps} apps, nothing to do`,
      compare: "cpu",
      peers: ["turbo", "wireit"],
      rows: withCalls,
      notes: [speed.note, ...git],
    };
  });
}

/** As nearly all projects are: in git, with nothing changed. Resolves to notes about it. */
async function commitAll(folders: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  if (spawnSync("git", ["--version"]).status !== 0)
    return ["Without git: the folders are no git work trees."];
  const commit = ["-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "-q", "-m", "All"];
  for (const cwd of folders) {
    for (const args of [["init", "-q"], ["add", "."], commit]) {
      await timeCommand({ command: ["git", ...args], cwd, signal });
    }
  }
  return [];
}

/** In a run of its own: a proxy between sti and the engine costs time. */
async function countCalls(timed: Parameters<typeof timeCommand>[0], folder: string): Promise<number> {
  const socket = join(folder, "engine.sock");
  const target = (timed.env?.DOCKER_HOST ?? "").replace("unix://", "");
  const proxy = await startFaultProxy({ target, socket });
  try {
    await timeCommand({ ...timed, env: { ...timed.env, DOCKER_HOST: proxy.host } });
    return [...proxy.counts.values()].reduce((sum, count) => sum + count, 0);
  } finally {
    await proxy.close();
  }
}

/** Figures of a session that built something would be wrong. */
async function expectUpToDate(timed: Parameters<typeof timeCommand>[0]): Promise<void> {
  const { stdout } = await timeCommand(timed);
  const { targets } = JSON.parse(stdout) as {
    targets: readonly { readonly name: string; readonly decision: { readonly kind: string } }[];
  };
  const others = targets.filter(({ decision }) => decision.kind !== "up-to-date");
  if (others.length > 0) throw new Error(`not up to date: ${others.map(({ name }) => name).join(", ")}`);
}
