// Cost of a session beside its work: executePlan over graphs of 1,000 targets, on an engine that does nothing.
import type { BenchContext } from "./bench-context.ts";
import { type Contender, type Figures, measure, type Table } from "./measure.ts";
import type { SessionFigures } from "./scheduler-session.ts";
import { timeCommand } from "./time-command.ts";

const TARGETS = 1_000;
const PROGRAM = new URL("scheduler-session.ts", import.meta.url).pathname;

export async function bench({ rounds = 5, signal }: BenchContext): Promise<readonly Table[]> {
  const contenders = ["wide", "chain", "diamonds"].flatMap((shape): Contender[] => {
    const run = async (outcome: keyof SessionFigures): Promise<Figures> => {
      const command = [process.execPath, "--conditions=sti-source", PROGRAM, shape, String(TARGETS)];
      const { stdout } = await timeCommand({ command, cwd: process.cwd(), signal });
      return (JSON.parse(stdout) as SessionFigures)[outcome];
    };
    const goal = "1 ms each: 1,000 ms";
    return [
      { name: `${shape}, all built`, goal, run: () => run("built") },
      { name: `${shape}, all up to date`, goal, run: () => run("upToDate") },
    ];
  });
  const rows = await measure(contenders, { rounds, signal });
  return [{ title: `executePlan, ${TARGETS} targets, 8 at once`, compare: "wall", peers: [], rows }];
}
