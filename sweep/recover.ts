// The ordinary session after a disturbed one: it has to succeed, and nothing may be left after it.
import { setTimeout as pause } from "node:timers/promises";
import { type Finding, finding, findLeftovers, type JudgedRun, judgeRecovery } from "./judge-run.ts";
import type { SweepProject } from "./project.ts";
import { type Holdings, readState } from "./read-state.ts";
import { removeLeftovers } from "./remove-leftovers.ts";
import { argumentsOf } from "./scenario.ts";
import { startSti } from "./start-sti.ts";

export interface Recovery {
  readonly findings: readonly Finding[];
  readonly leftAtFirst: number;
}

/** How often and how many milliseconds apart the engine is looked at while it is still removing something. */
const LOOKS = { count: 12, apart: 250 } as const;

/** `start`: what the engine held before the session under test, where that is not `first.before`. */
export async function recover(
  project: SweepProject,
  first: JudgedRun,
  start: Holdings = first.before.holdings,
): Promise<Recovery> {
  const leftAtFirst = findLeftovers(start, first.after.holdings).length;
  const { host } = project.lane;
  const run = await startSti(project, argumentsOf(project.scenario, true), { host }).ended;
  let after = await readState(project);
  for (let look = 1; look < LOOKS.count && findLeftovers(start, after.holdings).length > 0; look += 1) {
    await pause(LOOKS.apart);
    after = await readState(project);
  }
  const left = findLeftovers(start, after.holdings);
  await removeLeftovers(host, start, after.holdings);
  return {
    findings: [
      ...judgeRecovery({ ...first, after, run }, first.run),
      ...(left.length > 0 ? [finding("leftover", left.join(", "))] : []),
    ],
    leftAtFirst,
  };
}
