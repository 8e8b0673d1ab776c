// Runs a session: every target of the graph, in parallel, and the work left to do when all have finished.
import { describeFailure } from "../failure/describe-failure.ts";
import { criticalPath } from "../graph/longest-path.ts";
import { isJoined } from "../graph/spread-platforms.ts";
import type { TargetNode } from "../graph/target-graph.ts";
import type { AttestableResult } from "./attest-image.ts";
import type { SessionFinished, TargetFinished } from "./event.ts";
import type { CreateExecutor, ScheduledSession } from "./executor.ts";
import { joinPlatforms } from "./join-platforms.ts";
import { createLocalExecutor } from "./local-executor.ts";
import { pushAll } from "./push-all.ts";
import { type Lend, schedule } from "./schedule.ts";
import type { Session } from "./session.ts";
import { emitSessionFinished, emitSessionStarted, warnOfLeftovers } from "./session-events.ts";
import { reportedOf, type TargetResult } from "./target-result.ts";

export interface Execution {
  /** The end of a target; never rejects. */
  readonly targetFinished: (target: string) => Promise<TargetFinished>;
  /** Resolves when all targets have ended and everything is cleaned up; never rejects. */
  readonly finished: Promise<SessionFinished>;
}

/** Runs a session in its engine. Starts at once. */
export function executePlan(session: Session): Execution {
  return executeWith(session, (inputs) => createLocalExecutor(session, inputs));
}

/** Runs a session whose targets are built by an executor. Starts at once. */
export function executeWith(session: ScheduledSession, createExecutor: CreateExecutor): Execution {
  const { clock, graph } = session;
  const startedAt = clock.now();
  const stop = new AbortController();
  const signal = AbortSignal.any([session.signal, stop.signal]);
  const executor = createExecutor({ signal });
  const attestable = new Map<string, AttestableResult>();
  const results = new Map<string, TargetFinished>();
  const causesOf = (target: string) => results.get(target)?.causes;
  let firstFailed: string | undefined;

  emitSessionStarted(session);

  const finish = (target: string, result: FinishedFields, started: number): TargetFinished => {
    const at = clock.now();
    const event: TargetFinished = { type: "target-finished", at, target, duration: at - started, ...result };
    results.set(target, event);
    session.emit(event);
    return event;
  };
  const run = async (name: string, lend: Lend): Promise<TargetFinished> => {
    const started = clock.now();
    if (signal.aborted) return finish(name, { outcome: "cancelled", reason: whyStopped() }, started);
    if (firstFailed !== undefined && session.onFailure !== "continue") {
      return finish(name, { outcome: "cancelled", reason: `${firstFailed} failed` }, started);
    }
    const node = graph.nodes.get(name) as TargetNode;
    const ended = await executor.build(node, { causesOf, lend });
    const built = { started, finished: clock.now() };
    if (hasSucceeded(ended)) attestable.set(name, describeResult(ended, built));
    const result = await pushed(node, ended);
    const fields = reportedOf(result);
    if (result.outcome === "failed") {
      firstFailed ??= name;
      if (session.onFailure === "kill") stop.abort(new Error(`${name} failed`));
    }
    const reason = ended.outcome === "cancelled" ? whyStopped() : fields.reason;
    return finish(name, { ...fields, reason }, started);
  };
  /** A target whose push fails has failed, and keeps its image. */
  const pushed = async (node: TargetNode, result: TargetResult): Promise<TargetResult> => {
    const { pushes } = session;
    if (pushes?.when !== "each" || !pushes.targets.has(node.target.name)) return result;
    // Pushed once all of its platforms have ended.
    if (isJoined(node.target)) return result;
    const image = attestable.get(node.target.name);
    if (image === undefined) return result;
    try {
      const push = await executor.push(node.target, image);
      if ("pushed" in push) return { ...result, pushed: push.pushed };
      const { failure } = push;
      return { ...result, outcome: "failed", reason: describeFailure(failure).summary, failure };
    } catch (error) {
      if (!signal.aborted) throw error;
      const reason = `${whyStopped()} during its push: it was built and has its tag, the registry may have it`;
      return { ...result, outcome: "cancelled", reason };
    }
  };
  const whyStopped = () => (session.signal.aborted ? "interrupted" : `${firstFailed} failed`);
  const skip = (name: string, because: string): TargetFinished => {
    const other = results.get(because);
    const cancelled = other?.outcome === "cancelled";
    return finish(
      name,
      cancelled
        ? { outcome: "cancelled", reason: other.reason }
        : {
            outcome: "skipped",
            reason: `needs ${because}, which ${other?.outcome === "skipped" ? "was skipped" : "failed"}`,
          },
      clock.now(),
    );
  };

  const ends = schedule({
    graph,
    concurrency: session.concurrency,
    run,
    skip,
    succeeded: hasSucceeded,
  });

  const finishSession = async (): Promise<SessionFinished> => {
    await Promise.all(ends.values());
    const failures = [...(await executor.end(results))];
    const ended = { session, signal, executor, attestable, results };
    const unpushed = await pushAll(ended);
    failures.push(...unpushed, ...(await joinPlatforms({ ...ended, unpushed })));
    warnOfLeftovers(session);
    const durationOf = (name: string) => results.get(name)?.duration ?? 0;
    const path = criticalPath(graph, durationOf);
    return emitSessionFinished(session, {
      startedAt,
      results: results.values(),
      criticalPath: path,
      criticalDuration: path.reduce((sum, name) => sum + durationOf(name), 0),
      failures,
    });
  };
  return {
    targetFinished: (target) => ends.get(target) as Promise<TargetFinished>,
    finished: finishSession(),
  };
}

function describeResult(
  { imageId, inputs, outcome, stored }: TargetResult,
  built: NonNullable<AttestableResult["time"]>,
): AttestableResult {
  if (inputs === undefined) throw new Error("a target that has succeeded has inputs");
  return { imageId, stored, inputs, time: outcome === "built" ? built : undefined };
}

function hasSucceeded({ outcome }: Pick<TargetFinished, "outcome">): boolean {
  return outcome === "built" || outcome === "up-to-date" || outcome === "restored";
}

type FinishedFields = Omit<TargetFinished, "type" | "at" | "target" | "duration">;
