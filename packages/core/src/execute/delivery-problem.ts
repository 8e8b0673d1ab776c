// Problems of a container or volume for a source that was there already; they decide how the source is sent instead.
import { EngineError } from "../engine/engine-error.ts";
import { CHECK_EXIT } from "../plan/source-check.ts";
import type { Step } from "../plan/step.ts";
import { NoSourceCacheError } from "./fill-source-cache.ts";
import { ScriptFailedError } from "./run-step.ts";
import type { StepError } from "./step-error.ts";
import { EndedEarlyError } from "./waiting-container.ts";

export interface DeliveryProblem {
  /**
   * "changed": something else wrote to the source cache, or removed a part of it. "unchecked": the build image has no
   * programs to check it with. "refused": the engine cannot do it. "failed": this time it did not work.
   */
  readonly kind: "changed" | "unchecked" | "refused" | "failed";
  /** Whether the build itself had filled it. */
  readonly isFresh: boolean;
}

/** Undefined when the error has to do with something else. */
export function deliveryProblem(error: StepError): DeliveryProblem | undefined {
  const { cause, step } = error;
  const isFresh = error.hasFreshCache;
  if (step.kind === "run-script" && step.checksSource === true && cause instanceof ScriptFailedError) {
    // The check prints nothing; a script that happens to end so has hardly been silent.
    if (cause.hasPrinted) return undefined;
    if (cause.exitCode === CHECK_EXIT.changed) return { kind: "changed", isFresh };
    return cause.exitCode === CHECK_EXIT.impossible ? { kind: "unchecked", isFresh } : undefined;
  }
  if (cause instanceof NoSourceCacheError) return { kind: "failed", isFresh: true };
  if (!(cause instanceof EngineError) || !needsSourceCache(step)) return undefined;
  // If the lower folder of an overlay is missing, the mount fails as well.
  if (cause.reason === "mount-failed") return { kind: isFresh ? "refused" : "changed", isFresh };
  const isAboutVolumes = step.kind === "keep-source" || cause.operation === "create volume";
  return isAboutVolumes && cause.reason === "other" ? { kind: "failed", isFresh: true } : undefined;
}

function needsSourceCache(step: Step): boolean {
  switch (step.kind) {
    case "keep-source":
      return true;
    case "create-container":
      return step.spec.mounts.some((mount) => mount.kind === "source-cache");
    case "upload-source":
      return step.changes !== undefined;
    case "run-script":
      return step.checksSource === true;
    default:
      return false;
  }
}

/** Whether somebody removed or stopped a container that was started ahead. The next attempt creates its own. */
export function lacksStarted(error: StepError): boolean {
  if (!error.startedAhead) return false;
  const { cause, step } = error;
  if (step.kind === "upload-source") return cause instanceof EngineError && cause.reason === "not-found";
  return cause instanceof EndedEarlyError;
}
