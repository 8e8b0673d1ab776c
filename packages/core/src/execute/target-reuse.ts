// Problems in reusing the artifacts of a target's previous build, and the build that follows them.
import type { AppTarget } from "../definition/target.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { BuilderContract } from "../plan/builder-contract.ts";
import type { Reuse } from "../plan/incremental.ts";
import { GUARD_EXIT } from "../plan/script-command.ts";
import { ScriptFailedError } from "./run-step.ts";
import type { StepError } from "./step-error.ts";

/** The problem of the artifacts, in a few words; undefined when the error has to do with something else. */
export function artifactsProblem(
  { cause, step }: StepError,
  { contract, target }: { readonly contract: BuilderContract; readonly target: AppTarget },
): string | undefined {
  if ("half" in step && step.half === "artifacts") {
    if (cause instanceof ScriptFailedError) return describeExit(cause.exitCode, target);
    if (cause instanceof EngineError && cause.reason === "start-failed")
      return "save-artifacts could not start";
    return undefined;
  }
  // The builder names the command that failed, word for word.
  const isSave =
    cause instanceof EngineError &&
    cause.reason === "build-failed" &&
    cause.message.includes(contract.scripts["save-artifacts"]);
  return isSave ? describeExit(cause.exitCode ?? 1, target) : undefined;
}

/** The build that follows a failed attempt to reuse artifacts. */
export function cleanBecause(reason: string): Reuse {
  return { kind: "clean", reason, isExpected: false };
}

function describeExit(exitCode: number, target: AppTarget): string {
  switch (exitCode) {
    case GUARD_EXIT.artifactsTooLarge:
      return `save-artifacts left more than ${target.artifacts.size} kB`;
    case GUARD_EXIT.artifactsTooSlow:
      return `save-artifacts took longer than ${target.artifacts.time} s`;
    default:
      return `save-artifacts exited with ${exitCode}`;
  }
}
