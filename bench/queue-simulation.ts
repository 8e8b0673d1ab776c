// A large monorepo on many workers: time beside the least possible one, locality, cost of the coordinator.
import type { BenchContext } from "./bench-context.ts";
import { measure, type Table } from "./measure.ts";
import type { SimulationFigures } from "./queue-simulation-session.ts";
import { timeCommand } from "./time-command.ts";

const APPS = 2_000;
const WORKERS = 50;
const SLOTS = 2;
const PROGRAM = new URL("queue-simulation-session.ts", import.meta.url).pathname;

export async function bench({ rounds = 1, signal }: BenchContext): Promise<readonly Table[]> {
  const command = [
    process.execPath,
    "--expose-gc",
    "--conditions=sti-source",
    PROGRAM,
    ...[APPS, WORKERS, SLOTS].map(String),
  ];
  const contender = (name: string, index: number) => ({
    name,
    goal: "1.1; 90 %; 1 ms; 200 MB",
    run: async () => {
      const { figures, stdout } = await timeCommand({ command, cwd: process.cwd(), signal });
      const run = (JSON.parse(stdout) as readonly SimulationFigures[])[index];
      if (run === undefined) throw new Error("the simulation has no such run");
      const { bound, cpu, local, makespan, memory } = run;
      const counts = {
        "virtual s": Math.round(makespan / 1000),
        "÷ bound": round(makespan / bound),
        ...(index === 0 ? {} : { "% local": Math.round(local * 100) }),
        "CPU ms a task": round(cpu),
        "heap MB": Math.round(memory),
      };
      return { wall: figures.wall, counts };
    },
  });
  const names = ["first run", "second run, all edited", "third run, all edited"];
  const rows = await measure(names.map(contender), { rounds, signal });
  const title = `${APPS} apps on ${WORKERS} workers of ${SLOTS} slots`;
  return [{ title, compare: "wall", peers: [], rows }];
}

function round(figure: number): number {
  return Number(figure.toFixed(2));
}
