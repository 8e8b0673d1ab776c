// The ordinary session after a disturbed one: it has to succeed, and nothing may be left after it.
import { setTimeout as pause } from "node:timers/promises";
import { type Finding, finding, findLeftovers, type JudgedRun, judgeRecovery } from "./judge-run.ts";
import type { SweepProject } from "./project.ts";
import { type Holdings, readState, type SweepState } from "./read-state.ts";
import { removeLeftovers } from "./remove-leftovers.ts";
import { argumentsOf } from "./scenario.ts";
import { startSti } from "./start-sti.ts";

export interface Recovery {
  readonly findings: readonly Finding[];
  readonly leftAtFirst: number;
}

/** Number of checks, and milliseconds between them, while the engine is still removing something. */
const LOOKS = { count: 12, apart: 250 } as const;

/** `start`: the engine's content before the session under test, where that is not `first.before`. */
export async function recover(
  project: SweepProject,
  first: JudgedRun,
  start: Holdings = first.before.holdings,
): Promise<Recovery> {
  const leftAtFirst = findLeftovers(start, first.after.holdings).length;
  const findings = await runNext(project, first);
  return { findings: [...findings, ...(await judgeLeftovers(project, first, start))], leftAtFirst };
}

/** The session itself. */
export async function runNext(project: SweepProject, first: JudgedRun): Promise<readonly Finding[]> {
  const { host } = project.lane;
  const run = await startSti(project, argumentsOf(project.scenario, true), { host }).ended;
  return judgeRecovery({ ...first, after: await readState(project), run }, first.run);
}

/** After all next sessions. Removes what there is. */
export async function judgeLeftovers(
  project: SweepProject,
  first: Pick<JudgedRun, "injected">,
  start: Holdings,
): Promise<readonly Finding[]> {
  const { host } = project.lane;
  const after = await readFinalState(project, start);
  // An engine that denies an existing object is believed, until the user asks for everything.
  const wasDenied = first.injected === "404" && findLeftovers(start, after.holdings).length > 0;
  if (wasDenied) await startSti(project, ["clean"], { host }).ended;
  const { holdings } = wasDenied ? await readFinalState(project, start) : after;
  const left = findLeftovers(start, holdings);
  await removeLeftovers(host, start, holdings);
  return left.length > 0 ? [finding("leftover", left.join(", "))] : [];
}

async function readFinalState(project: SweepProject, start: Holdings): Promise<SweepState> {
  let state = await readState(project);
  for (let look = 1; look < LOOKS.count && findLeftovers(start, state.holdings).length > 0; look += 1) {
    await pause(LOOKS.apart);
    state = await readState(project);
  }
  return state;
}
