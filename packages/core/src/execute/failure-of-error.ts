// Turns what an engine or source call threw into a Failure of the target. The only place that looks at errors.
import { EngineError } from "../engine.ts";
import type { ConfigPath, Failure } from "../failure.ts";
import type { Step } from "../plan/step.ts";
import { SourceChangedError } from "../source.ts";
import { ImageMissingError } from "./session-images.ts";

export interface ErrorPlace {
  readonly target: string;
  readonly path: ConfigPath;
  /** The step that threw, if it was one. */
  readonly step?: Step | undefined;
  /** The script that the step's build runs, for the Dockerfile method. */
  readonly script?: { readonly path: string; readonly image: string } | undefined;
}

export function failureOfError(error: unknown, place: ErrorPlace): Failure {
  const { target, path } = place;
  if (error instanceof SourceChangedError) return { code: "source-changed", target, path, file: error.path };
  if (error instanceof ImageMissingError) {
    return { code: "image-missing", target, path: error.image.path, image: error.image.short };
  }
  if (error instanceof EngineError) return failureOfEngineError(error, place);
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

function failureOfEngineError(error: EngineError, place: ErrorPlace): Failure {
  const { target, path, step, script } = place;
  const { message, operation, status, exitCode } = error;
  switch (error.reason) {
    case "build-failed":
      if (script !== undefined && exitCode !== undefined) {
        // The builder tells no more than the code; 137 is what a killed script ends with.
        return { code: "script-failed", target, path, ...nameScript(script), exitCode, outOfMemory: false };
      }
      return { code: "dockerfile-failed", target, path, message, exitCode };
    case "start-failed":
      return {
        code: "script-not-started",
        target,
        path,
        script: step?.kind === "run-script" ? step.script : (script?.path ?? operation),
        message,
      };
    case "pull-not-found":
    case "pull-denied":
    case "pull-network":
    case "pull-rate-limit":
      return { code: "pull-failed", target, path, image: operation, reason: pullReason(error), message };
    case "disk-full":
      return { code: "disk-full", operation, target, message };
    case "lost":
    case "build-incomplete":
    case "unreachable-missing-socket":
    case "unreachable-refused":
    case "unreachable-permission":
    case "unreachable-timeout":
    case "unreachable-other":
      return { code: "engine-lost", operation, target, message };
    case "not-an-engine":
    case "unsupported":
    case "not-found":
    case "conflict":
    case "other":
      return { code: "engine-error", operation, target, status, message };
    default:
      return error.reason satisfies never;
  }
}

function nameScript(script: { readonly path: string; readonly image: string }) {
  return { script: script.path, image: script.image };
}

function pullReason(error: EngineError): "not-found" | "denied" | "network" | "rate-limit" {
  switch (error.reason) {
    case "pull-not-found":
      return "not-found";
    case "pull-denied":
      return "denied";
    case "pull-rate-limit":
      return "rate-limit";
    default:
      return "network";
  }
}
