// The words for builds that ran and failed.
import type { BuildFailure } from "./build-failure.ts";
import type { FailureDescription } from "./failure-description.ts";

export function describeBuildFailure(failure: BuildFailure): FailureDescription {
  switch (failure.code) {
    case "script-failed":
      return describeScript(failure);
    case "script-timed-out":
      return {
        summary: `${failure.script} on ${failure.image} took longer than ${failure.limit} s and was stopped`,
        hint: "look at its last lines, or raise timeout",
      };
    case "incremental-impossible":
      return {
        summary: `an incremental build is required, but not possible: ${failure.reason}`,
        hint: "build with --clean, or set incremental to true",
      };
    case "script-not-started":
      return {
        summary: `${failure.script} could not be started`,
        detail: failure.message,
        hint: "check that the script exists in the image, is executable, and that its first line names a program of the image",
      };
    case "dockerfile-failed":
      return {
        summary:
          failure.exitCode === undefined
            ? "the Dockerfile build failed"
            : `a command of the Dockerfile exited with ${failure.exitCode}`,
        detail: failure.message,
      };
    case "container-removed":
      return {
        summary: `a container of the build was removed from outside while ${failure.during}`,
        hint: "run again; if it happens again, find out what removes containers on the engine's machine (docker system prune, a clean-up job)",
      };
    case "output-empty":
      return {
        summary: `prepare on ${failure.image} left nothing in ${failure.directory}`,
        hint: `the runtime image is filled from there: let prepare copy its result to ${failure.directory}`,
      };
    case "result-unexpected":
      return {
        summary: `the built image is not as it should be: ${failure.message}`,
        hint: "no tag was moved; building with --clean may help",
      };
    default:
      return failure satisfies never;
  }
}

function describeScript(failure: Extract<BuildFailure, { code: "script-failed" }>): FailureDescription {
  const script = `${failure.script} of ${failure.image}`;
  if (failure.outOfMemory) {
    return {
      summary: `${script} ran out of memory and was killed`,
      hint: "give the engine more memory, or lower --concurrency",
    };
  }
  if (failure.killed === true) {
    return {
      summary: `${script} was killed from outside: somebody told the engine to kill or stop its container`,
      hint: "run again; if it happens again, find out what stops containers on the engine's machine",
    };
  }
  const hint =
    exitHints[failure.exitCode] ??
    (failure.incremental
      ? "if it succeeds with --clean, the artifacts of the previous build are at fault"
      : undefined);
  return {
    summary: `${script} exited with ${failure.exitCode}`,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** The meaning of these codes to shells and the kernel; any other code belongs to the script. */
const exitHints: Readonly<Record<number, string>> = {
  126: "126 means that a command in the script could not be executed",
  127: "127 means that a command in the script was not found in the image",
  137: "137 means that it, or a program that it ran, was killed (SIGKILL), as the kernel does where the machine has no memory left; the engine reports no cause",
  139: "139 means that a program in the script crashed (segmentation fault)",
};
