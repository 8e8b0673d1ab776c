// Runs a session: every target of the graph, in parallel, and the work left to do when all have finished.
import { describeFailure } from "../failure/describe-failure.ts";
import type { Failure } from "../failure/failure.ts";
import { criticalPath } from "../graph/longest-path.ts";
import type { TargetNode } from "../graph/target-graph.ts";
import type { AttestableResult, AttestContext } from "./attest-image.ts";
import type { SessionFinished, TargetFinished } from "./event.ts";
import { bugOf } from "./failure-of-error.ts";
import { ImpossibleError } from "./plan-build.ts";
import { pushAll } from "./push-all.ts";
import { pushTarget } from "./push-target.ts";
import { removeOutdatedLayers } from "./remove-layers.ts";
import { describeUnremoved, removeLeft, removeReplaced } from "./remove-replaced.ts";
import { runTarget } from "./run-target.ts";
import { type Lend, schedule } from "./schedule.ts";
import type { Session } from "./session.ts";
import { contextOf, shareContext } from "./session-context.ts";
import { emitSessionFinished, emitSessionStarted, warnOfLeftovers } from "./session-events.ts";
import { nameCounter } from "./session-id.ts";
import { createSessionLayers } from "./session-layers.ts";
import { createSessionLedger } from "./session-ledger.ts";
import { tidySourceCaches } from "./source-caches.ts";
import type { FinishedImage, StoredResult } from "./store-use.ts";
import { reportedOf, type TargetResult } from "./target-result.ts";

export interface Execution {
  /** The end of a target; never rejects. */
  readonly targetFinished: (target: string) => Promise<TargetFinished>;
  /** Resolves when all targets have ended and everything is cleaned up; never rejects. */
  readonly finished: Promise<SessionFinished>;
}

/** Starts at once. */
export function executePlan(session: Session): Execution {
  const { clock, graph } = session;
  const startedAt = clock.now();
  const stop = new AbortController();
  const signal = AbortSignal.any([session.signal, stop.signal]);
  const ledger = createSessionLedger(session);
  const layers = createSessionLayers(() => session.engine);
  const shared = shareContext(session, { newName: nameCounter(session.id), layers, ledger, signal });
  const images = new Map<string, FinishedImage>();
  const restored = new Map<string, StoredResult>();
  const attestable = new Map<string, AttestableResult>();
  const results = new Map<string, TargetFinished>();
  let firstFailed: string | undefined;

  emitSessionStarted(session);

  const finish = (target: string, result: FinishedFields, started: number): TargetFinished => {
    const at = clock.now();
    const event: TargetFinished = { type: "target-finished", at, target, duration: at - started, ...result };
    results.set(target, event);
    session.emit(event);
    return event;
  };
  const obtained = new Map<string, Promise<string>>();
  const finished = {
    imageOf: (target: string) => images.get(target),
    causesOf: (target: string) => results.get(target)?.causes,
    obtain: (target: string, asking: string) => {
      const obtaining = obtained.get(target) ?? loadOrBuild(target, asking);
      obtained.set(target, obtaining);
      return obtaining;
    },
  };
  /** A result that was there when it was searched for may be gone by now: its target is then built after all. */
  const loadOrBuild = async (name: string, asking: string): Promise<string> => {
    const node = graph.nodes.get(name);
    const stored = restored.get(name);
    if (node === undefined || stored === undefined || shared.store === undefined)
      throw new Error(`${name} has no result in a store`);
    const loaded = await shared.store.load(node.target, stored, asking);
    if (loaded !== undefined) return loaded.result;
    const context = contextOf(node, { ...shared, store: undefined }, { session, finished, signal });
    const built = await runTarget(node, context);
    if (built.imageId === undefined) {
      if (built.failure === undefined) throw new Error(`${name} has not been built: ${built.reason}`);
      throw new ImpossibleError([built.failure, ...(built.otherFailures ?? [])]);
    }
    images.set(name, { id: built.imageId });
    return built.imageId;
  };
  const run = async (name: string, lend: Lend): Promise<TargetFinished> => {
    const started = clock.now();
    if (signal.aborted) return finish(name, { outcome: "cancelled", reason: whyStopped() }, started);
    if (firstFailed !== undefined && session.onFailure !== "continue") {
      return finish(name, { outcome: "cancelled", reason: `${firstFailed} failed` }, started);
    }
    const node = graph.nodes.get(name) as TargetNode;
    const ended = await runTarget(node, contextOf(node, shared, { session, finished, lend, signal }));
    const built = { started, finished: clock.now() };
    if (hasSucceeded(ended)) attestable.set(name, describeResult(ended, built));
    if (ended.imageId !== undefined) images.set(name, { id: ended.imageId });
    else if (ended.stored !== undefined) images.set(name, { stored: ended.stored });
    if (ended.stored !== undefined) restored.set(name, ended.stored);
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
    const image = attestable.get(node.target.name);
    if (image === undefined) return result;
    try {
      const push = await pushTarget(node.target, { ...attesting, image });
      if ("pushed" in push) return { ...result, pushed: push.pushed };
      const { failure } = push;
      return { ...result, outcome: "failed", reason: describeFailure(failure).summary, failure };
    } catch (error) {
      if (!signal.aborted) throw error;
      const reason = `${whyStopped()} during its push: it was built and has its tag, the registry may have it`;
      return { ...result, outcome: "cancelled", reason };
    }
  };
  const attesting: AttestContext = {
    ...shared,
    session,
    signal,
    obtain: finished.obtain,
    storedOf: (target: string) => restored.get(target),
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

  /** Resolves to defects only: failed removals do not matter to the targets. */
  const tidyImages = async (): Promise<Failure[]> => {
    try {
      const { engine, id } = session;
      const left = await removeLeft(engine, ledger, id);
      const replaced = await removeReplaced(engine, graph, shared);
      const outdated = await removeOutdatedLayers(session, { layers, ledger, results: results.values() });
      const message = describeUnremoved([...left, ...replaced, ...outdated]);
      if (message !== undefined) session.emit({ type: "session-warning", at: clock.now(), message });
      return [];
    } catch (error) {
      return signal.aborted ? [] : [bugOf(error)];
    } finally {
      await ledger.compact();
    }
  };

  const finishSession = async (): Promise<SessionFinished> => {
    await Promise.all(ends.values());
    const defects = (await shared.store?.settle()) ?? [];
    await shared.memory.prune();
    await tidySourceCaches({ ...session, signal }, results.values());
    const failures = [...defects.map((error) => bugOf(error)), ...(await tidyImages())];
    failures.push(...(await pushAll({ ...attesting, attestable, results })));
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
