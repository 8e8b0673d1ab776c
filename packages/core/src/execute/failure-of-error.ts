// Turns an error of an engine or source call into a Failure of the target. The only place that looks at errors.
import type { Target } from "../definition/target.ts";
import type { ExitStatus } from "../engine/container.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { TagsFact } from "../failure/engine-failure.ts";
import type { Failure } from "../failure/failure.ts";
import { FOLDER } from "../plan/app-build.ts";
import { GUARD_EXIT } from "../plan/script-command.ts";
import type { Stage, Step } from "../plan/step.ts";
import { SourceChangedError } from "../source/source.ts";
import { ScriptFailedError } from "./run-step.ts";
import { ImageMissingError, PullError } from "./session-images.ts";
import { LayerRemovedError, StepError, UnexpectedResultError } from "./step-error.ts";
import { TimedOutError } from "./within.ts";

/** The context of an error. */
export interface ErrorPlace {
  readonly target: Pick<Target, "name" | "path">;
  /** The script that a step runs, and on which image; undefined for steps that run none of ours. */
  readonly scriptOf: (step: Step) => { readonly script: string; readonly image: string } | undefined;
  /** Whether the build had the artifacts of the previous one. */
  readonly incremental: boolean;
  /** The state of its tags, unless the error is a step's; left out where none is moved. */
  readonly tags?: TagsFact | undefined;
}

export function failureOfError(error: unknown, place: ErrorPlace): Failure {
  const { name: target, path } = place.target;
  if (error instanceof StepError) return failureOfStep(error, place);
  if (error instanceof UnexpectedResultError) {
    return { code: "result-unexpected", target, path, message: error.message };
  }
  if (error instanceof LayerRemovedError) return { code: "dependency-layer-removed", target, path };
  if (error instanceof ImageMissingError) {
    return { code: "image-missing", target, path: error.image.path, image: error.image.short };
  }
  if (error instanceof PullError) {
    return pullFailure(error.cause, { target, path: error.image.path, image: error.image.short });
  }
  if (error instanceof EngineError) return failureOfEngine(error, target, place.tags);
  return bugOf(error, target);
}

/** A defect of sti itself. */
export function bugOf(error: unknown, target?: string): Failure {
  return {
    code: "bug",
    ...(target === undefined ? {} : { target }),
    message: error instanceof Error ? error.message : String(error),
    stack: error instanceof Error ? error.stack : undefined,
  };
}

/** A pull that failed, for the caller that asked for the image. */
export function pullFailure(
  error: unknown,
  place: Pick<Extract<Failure, { code: "pull-failed" }>, "target" | "path" | "image">,
): Failure {
  if (!(error instanceof EngineError)) return bugOf(error, place.target);
  const { message } = error;
  switch (error.reason) {
    case "pull-not-found":
      return { code: "pull-failed", ...place, reason: "not-found", message };
    case "pull-denied":
      return { code: "pull-failed", ...place, reason: "denied", message };
    case "pull-rate-limit":
      return { code: "pull-failed", ...place, reason: "rate-limit", message };
    case "pull-network":
      return { code: "pull-failed", ...place, reason: "network", message };
    default:
      return failureOfEngine(error, place.target);
  }
}

function failureOfStep(error: StepError, place: ErrorPlace): Failure {
  const { name: target, path } = place.target;
  const { cause, step } = error;
  const ran = place.scriptOf(step);
  if (cause instanceof SourceChangedError) {
    return { code: "source-changed", target, path, file: cause.path };
  }
  const stage = "stage" in step ? step.stage : undefined;
  if (cause instanceof ScriptFailedError && ran !== undefined) {
    if (cause.fromOutside === "removed") {
      return { code: "container-removed", target, path, during: `${ran.script} ran` };
    }
    return scriptFailure(cause, { ...ran, stage }, place);
  }
  if (cause instanceof TimedOutError && ran !== undefined) {
    const { image, script } = ran;
    return {
      code: "script-timed-out",
      target,
      path: [...path, "timeout"],
      image,
      script,
      limit: cause.limit,
    };
  }
  if (!(cause instanceof EngineError)) return bugOf(cause, target);
  const during = cause.reason === "not-found" ? workIn(step) : undefined;
  if (during !== undefined) return { code: "container-removed", target, path, during };
  if (cause.reason === "start-failed") {
    const script = ran?.script ?? cause.operation;
    return { code: "script-not-started", target, path, script, message: cause.message };
  }
  if (cause.reason !== "build-failed") return failureOfEngine(cause, target, error.tags);
  const { exitCode, message } = cause;
  if (ran === undefined || exitCode === undefined) {
    return { code: "dockerfile-failed", target, path, message, exitCode };
  }
  // The builder reports no more than the code.
  return scriptFailure({ exitCode, outOfMemory: false }, { ...ran, stage }, place);
}

/** The use of a step's container; nobody but sti should remove it meanwhile. */
function workIn(step: Step): string | undefined {
  switch (step.kind) {
    case "keep-source":
    case "upload-source":
      return "the source was sent into it";
    case "run-script":
      return `${step.script} was started`;
    case "commit-container":
      return "it was committed";
    default:
      return undefined;
  }
}

function scriptFailure(
  status: Pick<ExitStatus, "exitCode" | "outOfMemory" | "fromOutside">,
  ran: { readonly script: string; readonly image: string; readonly stage: Stage | undefined },
  place: ErrorPlace,
): Failure {
  const { name: target, path } = place.target;
  const { exitCode, outOfMemory } = status;
  if (ran.stage === "build" && exitCode === GUARD_EXIT.outputEmpty) {
    return { code: "output-empty", target, path, image: ran.image, directory: FOLDER.output };
  }
  return {
    code: "script-failed",
    target,
    path,
    script: ran.script,
    image: ran.image,
    exitCode,
    outOfMemory,
    ...(status.fromOutside === "killed" ? { killed: true } : {}),
    ...(ran.stage === "dependencies"
      ? { incremental: false, dependencies: true }
      : { incremental: place.incremental }),
  };
}

/** The failure of an engine error that does not depend on the target's content. */
export function failureOfEngine(error: EngineError, target: string, tags?: TagsFact): Failure {
  const { message, operation, status } = error;
  const known = tags === undefined ? {} : { tags };
  switch (error.reason) {
    case "disk-full":
      return { code: "disk-full", operation, target, ...known, message };
    case "lost":
    case "build-incomplete":
    case "unreachable-missing-socket":
    case "unreachable-refused":
    case "unreachable-permission":
    case "unreachable-timeout":
    case "unreachable-other":
      return { code: "engine-lost", operation, target, ...known, message };
    default:
      return { code: "engine-error", operation, target, ...known, status, message };
  }
}
