// Runs a session: every target of the graph, in parallel, and what is left to do when all have settled.
import { describeFailure } from "../describe-failure.ts";
import type { Failure } from "../failure.ts";
import { criticalPath } from "../graph/longest-path.ts";
import type { TargetNode } from "../graph/target-graph.ts";
import { checkLock, warnOfDrift } from "../plan/check-lock.ts";
import { findGivenId } from "../plan/decide-image.ts";
import type { Outcome, SessionFinished, TargetFinished } from "./event.ts";
import { bugOf } from "./failure-of-error.ts";
import { pruneKept } from "./kept-sources.ts";
import { createMask } from "./mask.ts";
import { ImpossibleError } from "./plan-build.ts";
import { pushAll } from "./push-all.ts";
import { pushTarget } from "./push-target.ts";
import { removeReplaced } from "./remove-replaced.ts";
import { runTarget, type TargetResult } from "./run-target.ts";
import { schedule } from "./schedule.ts";
import type { Session } from "./session.ts";
import { createSessionImages } from "./session-images.ts";
import { createSessionMemory } from "./session-memory.ts";

export interface Execution {
  /** How a target ended; never rejects. */
  readonly settled: (target: string) => Promise<TargetFinished>;
  /** Resolves when all targets have ended and everything is cleaned up; never rejects. */
  readonly finished: Promise<SessionFinished>;
}

/** Starts at once. */
export function executePlan(session: Session): Execution {
  const { clock, graph } = session;
  const startedAt = clock.now();
  const stop = new AbortController();
  const signal = AbortSignal.any([session.signal, stop.signal]);
  const newName = nameCounter(session.id);
  const mask = createMask([...session.secrets.values()].flatMap((values) => [...values.values()]));
  const memory = createSessionMemory(session);
  const images = createSessionImages({
    engine: session.engine,
    facts: session.facts,
    lock: session.lock,
    records: session.records,
    remember: memory.remember,
    signal,
    containerName: newName,
  });
  const imageIds = new Map<string, string>();
  const replaced = new Map<string, readonly string[]>();
  const results = new Map<string, TargetFinished>();
  let firstFailed: string | undefined;

  session.emit({
    type: "session-started",
    schemaVersion: 1,
    at: startedAt,
    session: session.id,
    concurrency: session.concurrency,
    targets: [...graph.nodes.values()].map(describeNode),
  });
  const { lock } = session;
  if (lock !== undefined) {
    for (const message of warnOfDrift(checkLock(graph, { facts: session.facts, lock }))) {
      session.emit({ type: "session-warning", at: clock.now(), message });
    }
  }

  const finish = (target: string, result: FinishedFields, started: number): TargetFinished => {
    const at = clock.now();
    const event: TargetFinished = { type: "target-finished", at, target, duration: at - started, ...result };
    results.set(target, event);
    session.emit(event);
    return event;
  };
  const run = async (name: string): Promise<TargetFinished> => {
    const started = clock.now();
    if (signal.aborted) return finish(name, { outcome: "cancelled", reason: whyStopped() }, started);
    if (firstFailed !== undefined && session.onFailure !== "continue") {
      return finish(name, { outcome: "cancelled", reason: `${firstFailed} failed` }, started);
    }
    const node = graph.nodes.get(name) as TargetNode;
    const imageIdOf = (target: string) => {
      const id = imageIds.get(target) ?? findGivenId(graph, target, session.facts);
      if (id !== undefined) return id;
      const path = [...node.target.path, "dependsOn"];
      const image = graph.given?.get(target) ?? target;
      throw new ImpossibleError([{ code: "image-missing", target: name, path, image }]);
    };
    const causesOf = (target: string) => results.get(target)?.causes;
    const ended = await runTarget(node, {
      session,
      images,
      memory,
      signal,
      newName,
      mask,
      imageIdOf,
      causesOf,
    });
    const result = await pushed(node, ended);
    const { replaced: replacedIds = [], ...fields } = result;
    replaced.set(name, replacedIds);
    if (fields.imageId !== undefined) imageIds.set(name, fields.imageId);
    if (result.outcome === "failed") {
      firstFailed ??= name;
      if (session.onFailure === "kill") stop.abort(new Error(`${name} failed`));
    }
    const reason = fields.outcome === "cancelled" ? whyStopped() : fields.reason;
    return finish(name, { ...fields, reason }, started);
  };
  /** A target whose push fails has failed, and keeps its image. */
  const pushed = async (node: TargetNode, result: TargetResult): Promise<TargetResult> => {
    const { pushes } = session;
    const { imageId } = result;
    if (pushes?.when !== "each" || !pushes.targets.has(node.target.name)) return result;
    if (!hasSucceeded(result) || imageId === undefined) return result;
    try {
      const push = await pushTarget(node.target, { session, imageId, signal });
      if ("pushed" in push) return { ...result, pushed: push.pushed };
      const { failure } = push;
      return { ...result, outcome: "failed", reason: describeFailure(failure).summary, failure };
    } catch (error) {
      if (!signal.aborted) throw error;
      return { ...result, outcome: "cancelled", reason: "interrupted" };
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

  const settled = schedule({
    graph,
    concurrency: session.concurrency,
    run,
    skip,
    succeeded: hasSucceeded,
  });

  const tidyKept = async () => {
    const touched = [...results.values()].some(({ outcome }) => outcome === "built" || outcome === "failed");
    try {
      await pruneKept({ ...session, touched });
    } catch (error) {
      if (signal.aborted) return;
      const message = `sources that are no longer needed are still in the engine: ${(error as Error).message}`;
      session.emit({ type: "session-warning", at: clock.now(), message });
    }
  };

  const finishSession = async (): Promise<SessionFinished> => {
    await Promise.all(settled.values());
    await memory.prune();
    await tidyKept();
    const failures = await removeReplaced(session.engine, graph, replaced).catch((error): Failure[] =>
      signal.aborted ? [] : [bugOf(error)],
    );
    failures.push(...(await pushAll({ session, results, signal })));
    const durationOf = (name: string) => results.get(name)?.duration ?? 0;
    const path = criticalPath(graph, durationOf);
    const event: SessionFinished = {
      type: "session-finished",
      at: clock.now(),
      session: session.id,
      duration: clock.now() - startedAt,
      outcomes: countOutcomes(results.values()),
      criticalPath: path,
      criticalDuration: path.reduce((sum, name) => sum + durationOf(name), 0),
      failures,
    };
    session.emit(event);
    return event;
  };
  return {
    settled: (target) => settled.get(target) as Promise<TargetFinished>,
    finished: finishSession(),
  };
}

function hasSucceeded({ outcome }: Pick<TargetFinished, "outcome">): boolean {
  return outcome === "built" || outcome === "up-to-date";
}

type FinishedFields = Omit<TargetFinished, "type" | "at" | "target" | "duration">;

function describeNode(node: TargetNode) {
  return {
    name: node.target.name,
    kind: node.target.kind,
    tag: node.target.tag.short,
    dependsOn: node.dependencies,
  };
}

function nameCounter(session: string): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `${session}-${count}`;
  };
}

function countOutcomes(events: Iterable<TargetFinished>): Readonly<Record<Outcome, number>> {
  const counts = { built: 0, "up-to-date": 0, failed: 0, skipped: 0, cancelled: 0 };
  for (const event of events) counts[event.outcome] += 1;
  return counts;
}
