// Pushes a session's images together, once every target has succeeded.
import type { Failure } from "../failure/failure.ts";
import { isJoined } from "../graph/spread-platforms.ts";
import type { AttestableResult } from "./attest-image.ts";
import type { Outcome, TargetFinished } from "./event.ts";
import type { Executor } from "./executor.ts";
import { bugOf } from "./failure-of-error.ts";
import type { Session } from "./session.ts";
import { emitFor } from "./target-events.ts";

/**
 * One after the other, dependencies first, and none after one that failed: a registry knows no transaction, so earlier
 * pushes stay. Nothing at all is pushed when a target did not succeed. Returns the failures.
 */
export async function pushAll(ended: {
  readonly session: Pick<Session, "clock" | "emit" | "graph" | "pushes">;
  readonly signal: AbortSignal;
  readonly executor: Pick<Executor, "push">;
  readonly results: ReadonlyMap<string, TargetFinished>;
  /** By target, of those that have succeeded. */
  readonly attestable: ReadonlyMap<string, AttestableResult>;
}): Promise<readonly Failure[]> {
  const { attestable, executor, results, session, signal } = ended;
  const { graph, pushes } = session;
  if (pushes?.when !== "atomic") return [];
  let obstacle = describeObstacle(results.values());
  const failures: Failure[] = [];
  for (const { target } of graph.nodes.values()) {
    const image = attestable.get(target.name);
    if (image === undefined || isJoined(target) || !pushes.targets.has(target.name)) continue;
    if (signal.aborted) obstacle ??= "interrupted";
    if (obstacle !== undefined) {
      emitFor(session, target.name, { type: "target-warning", message: `not pushed: ${obstacle}` });
      continue;
    }
    try {
      const push = await executor.push(target, image);
      if ("pushed" in push) {
        emitFor(session, target.name, { type: "target-pushed", pushed: push.pushed });
        continue;
      }
      failures.push(push.failure);
    } catch (error) {
      if (signal.aborted) {
        const message = "interrupted during its push: the registry may have it";
        emitFor(session, target.name, { type: "target-warning", message });
        continue;
      }
      failures.push(bugOf(error, target.name));
    }
    obstacle = `the push of ${target.name} failed`;
  }
  return failures;
}

/** The first target that did not succeed: "api failed". */
export function describeObstacle(results: Iterable<TargetFinished>): string | undefined {
  const bad = [...results].find(({ outcome }) => obstacles[outcome] !== undefined);
  return bad && `${bad.target} ${obstacles[bad.outcome]}`;
}

/** Outcomes that prevent the pushes of other targets' images. */
const obstacles: Readonly<Record<Outcome, string | undefined>> = {
  built: undefined,
  "up-to-date": undefined,
  restored: undefined,
  failed: "failed",
  skipped: "was skipped",
  cancelled: "was cancelled",
};
