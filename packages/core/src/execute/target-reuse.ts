// Problems in reusing the artifacts of a target's previous build, and the build that follows them.
import type { AppTarget } from "../definition/target.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { BuilderContract } from "../plan/builder-contract.ts";
import type { Reuse } from "../plan/incremental.ts";
import { GUARD_EXIT } from "../plan/script-command.ts";
import { ScriptFailedError } from "./run-step.ts";
import type { StepError } from "./step-error.ts";

export interface ArtifactsProblem {
  /** In a few words. */
  readonly reason: string;
  /** Whether it is normal: there was nothing to save. */
  readonly isExpected: boolean;
}

/** The problem of the artifacts; undefined when the error has to do with something else. */
export function artifactsProblem(
  { cause, step }: StepError,
  { contract, target }: { readonly contract: BuilderContract; readonly target: AppTarget },
): ArtifactsProblem | undefined {
  if ("stage" in step && step.stage === "artifacts") {
    if (cause instanceof ScriptFailedError) return describeExit(cause.exitCode, target);
    if (cause instanceof EngineError && cause.reason === "start-failed")
      return { reason: "save-artifacts could not start", isExpected: false };
    return undefined;
  }
  if (cause instanceof ScriptFailedError && cause.blamesArtifacts) {
    const reason = REASONS.get(cause.exitCode);
    return reason === undefined ? undefined : { reason, isExpected: false };
  }
  // The builder names the command that failed, word for word.
  const isSave =
    cause instanceof EngineError &&
    cause.reason === "build-failed" &&
    cause.message.includes(contract.scripts["save-artifacts"]);
  return isSave ? describeExit(cause.exitCode ?? 1, target) : undefined;
}

/** The build that follows a failed attempt to reuse artifacts. */
export function cleanBecause(reason: string, isExpected = false): Reuse {
  return { kind: "clean", reason, isExpected };
}

function describeExit(exitCode: number, target: AppTarget): ArtifactsProblem {
  if (exitCode === GUARD_EXIT.artifactsEmpty)
    return { reason: "save-artifacts saved nothing", isExpected: true };
  return { reason: reasonOf(exitCode, target), isExpected: false };
}

/** Of a build that gets artifacts. */
const REASONS: ReadonlyMap<number, string> = new Map([
  [GUARD_EXIT.folderFilled, "the build image has files of its own in the folder of artifacts"],
  [GUARD_EXIT.unpackFailed, "the artifacts could not be unpacked"],
  [GUARD_EXIT.removalFailed, "the rest of the artifacts could not be removed"],
]);

function reasonOf(exitCode: number, target: AppTarget): string {
  switch (exitCode) {
    case GUARD_EXIT.artifactsInvalid:
      return "save-artifacts wrote no whole tar archive";
    case GUARD_EXIT.tarMissing:
      return "the build image has no tar to unpack artifacts with";
    case GUARD_EXIT.artifactsTooLarge:
      return `save-artifacts left more than ${target.artifacts.size} kB`;
    case GUARD_EXIT.artifactsTooSlow:
      return `save-artifacts took longer than ${target.artifacts.time} s`;
    default:
      return `save-artifacts exited with ${exitCode}`;
  }
}
