// The first and the last event of a session, and warnings about its lock file; the same for every kind of session.
import type { TargetNode } from "../graph/target-graph.ts";
import { checkLock, warnOfDrift } from "../plan/check-lock.ts";
import type { Outcome, SessionFinished, TargetFinished } from "./event.ts";
import type { SessionContainer, SessionTarget } from "./event-fields.ts";
import type { Session } from "./session.ts";

/** Names leftovers in the engine that were not reported before. */
export function warnOfLeftovers({
  clock,
  emit,
  leftovers,
}: Pick<Session, "clock" | "emit" | "leftovers">): void {
  const message = leftovers?.describe();
  if (message !== undefined) emit({ type: "session-warning", at: clock.now(), message });
}

type StartedSession = Pick<
  Session,
  "clock" | "concurrency" | "emit" | "facts" | "graph" | "id" | "lock" | "workers"
>;

export function emitSessionStarted(
  session: StartedSession & { readonly containers?: readonly SessionContainer[] | undefined },
): void {
  const { clock, concurrency, containers, emit, graph, id, workers } = session;
  emit({
    type: "session-started",
    schemaVersion: 1,
    at: clock.now(),
    session: id,
    concurrency,
    targets: [...graph.nodes.values()].map(toSessionTarget),
    ...(containers === undefined ? {} : { containers }),
    ...(workers === undefined ? {} : { workers }),
  });
  warnOfLock(session);
}

/** Warns if the engine has other images than the lock file. */
export function warnOfLock({ clock, emit, facts, graph, lock }: StartedSession): void {
  if (lock === undefined) return;
  for (const message of warnOfDrift(checkLock(graph, { facts, lock }))) {
    emit({ type: "session-warning", at: clock.now(), message });
  }
}

export function emitSessionFinished(
  session: Pick<Session, "clock" | "emit" | "id">,
  end: Pick<SessionFinished, "criticalDuration" | "criticalPath" | "failures"> & {
    /** Milliseconds since 1970. */
    readonly startedAt: number;
    /** The ends of all targets. */
    readonly results: Iterable<TargetFinished>;
  },
): SessionFinished {
  const { results, startedAt, ...fields } = end;
  const at = session.clock.now();
  const event: SessionFinished = {
    type: "session-finished",
    at,
    session: session.id,
    duration: at - startedAt,
    outcomes: countOutcomes(results),
    ...fields,
  };
  session.emit(event);
  return event;
}

export function toSessionTarget(node: TargetNode): SessionTarget {
  const { platform } = node.target;
  return {
    name: node.target.name,
    kind: node.target.kind,
    tag: node.target.tag.short,
    dependsOn: node.dependencies,
    ...(platform === undefined ? {} : { platform: platform.name }),
  };
}

function countOutcomes(events: Iterable<TargetFinished>): Readonly<Record<Outcome, number>> {
  const counts = { built: 0, "up-to-date": 0, restored: 0, failed: 0, skipped: 0, cancelled: 0 };
  for (const event of events) counts[event.outcome] += 1;
  return counts;
}
