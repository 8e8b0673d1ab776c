// Brings a project to the state in which its scenario begins, and numbers the calls of an undisturbed session.
import { setTimeout as pause } from "node:timers/promises";
import type { FaultProxy } from "@sti/testing/fault-proxy";
import { lastLine } from "./judge-run.ts";
import type { Lane } from "./lane.ts";
import { createProject, type SweepProject } from "./project.ts";
import { argumentsOf, type Scenario } from "./scenario.ts";
import { type StiProcess, startSti } from "./start-sti.ts";
import { withProxy } from "./with-proxy.ts";

export interface NumberedCall {
  /** "POST /containers/create" */
  readonly call: string;
  /** Number among the calls of its kind, from 1 on. */
  readonly nth: number;
}

export interface Prepared {
  readonly project: SweepProject;
  /** In the order in which they came. */
  readonly calls: readonly NumberedCall[];
  /** Milliseconds that an undisturbed session takes, from the start or from the edit. */
  readonly duration: number;
}

/** Time without calls after which a watch counts as idle, in milliseconds. */
const QUIET = 500;

export async function prepareScenario(scenario: Scenario, lane: Lane): Promise<Prepared> {
  const project = createProject(scenario, lane);
  project.edit();
  await runHealthy(project);
  return await withProxy(lane, async (proxy) => {
    const { calls, duration } =
      scenario.command === "watch" ? await numberWatch(project, proxy) : await numberRun(project, proxy);
    return { project, calls: numberCalls(calls), duration };
  });
}

/** Fails unless the session succeeds. */
export async function runHealthy(project: SweepProject): Promise<void> {
  const { exitCode, output } = await startSti(project, argumentsOf(project.scenario, true), {
    host: project.lane.host,
  }).ended;
  if (exitCode !== 0) {
    throw new Error(`${project.scenario.name}: an undisturbed session ended with ${exitCode}: ${output}`);
  }
}

async function numberRun(project: SweepProject, proxy: FaultProxy) {
  project.edit();
  const { duration, exitCode, output } = await startSti(project, argumentsOf(project.scenario), {
    host: proxy.host,
  }).ended;
  if (exitCode !== 0) throw new Error(`${project.scenario.name}: exit code ${exitCode}: ${lastLine(output)}`);
  return { calls: [...proxy.calls], duration };
}

async function numberWatch(project: SweepProject, proxy: FaultProxy) {
  const watch = startSti(project, argumentsOf(project.scenario), { host: proxy.host });
  try {
    await untilWatching(watch, proxy);
    const [from, seen, started] = [watch.events.length, proxy.calls.length, performance.now()];
    project.edit();
    await watch.next(from, 30_000, ({ type }) => type === "watch-settled");
    const duration = performance.now() - started;
    await untilQuiet(proxy);
    return { calls: proxy.calls.slice(seen), duration };
  } finally {
    watch.kill("SIGINT");
    await watch.ended;
  }
}

/** Waits until a watch that was just started is at rest. */
export async function untilWatching(watch: StiProcess, proxy: FaultProxy): Promise<void> {
  const idle = await watch.next(0, 30_000, ({ type }) => type === "watch-settled");
  if (idle === undefined) throw new Error(`sti watch does not come to rest: ${lastLine(watch.output())}`);
  await untilQuiet(proxy);
}

export async function untilQuiet({ calls }: FaultProxy): Promise<void> {
  for (let before = -1; before !== calls.length; ) {
    before = calls.length;
    await pause(QUIET);
  }
}

export function numberCalls(calls: readonly string[]): readonly NumberedCall[] {
  const counts = new Map<string, number>();
  return calls.map((call) => {
    const nth = (counts.get(call) ?? 0) + 1;
    counts.set(call, nth);
    return { call, nth };
  });
}
