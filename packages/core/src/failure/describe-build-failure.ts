// The words for builds that ran and failed.
import type { BuildFailure } from "./build-failure.ts";
import type { FailureDescription } from "./failure-description.ts";

export function describeBuildFailure(failure: BuildFailure): FailureDescription {
  switch (failure.code) {
    case "script-failed":
      return describeScript(failure);
    case "script-timed-out":
      return {
        summary: `${failure.script} of ${failure.image} timed out after ${failure.limit} s`,
        hint: "check its last lines of output, or raise timeout",
      };
    case "incremental-impossible":
      return {
        summary: `incremental build not possible: ${failure.reason}`,
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
            ? "Dockerfile build failed"
            : `command of the Dockerfile exited with ${failure.exitCode}`,
        detail: failure.message,
        ...dockerfileHint(failure.message),
      };
    case "container-removed":
      return {
        summary: `build container was removed by another program while ${failure.during}`,
        hint: "run again; if it recurs, check the engine's machine for clean-up jobs (docker system prune)",
      };
    case "dependency-layer-removed":
      return {
        summary: "dependency layer was removed by another program while the app was built on it",
        hint: "run again; if it recurs, check the engine's machine for clean-up jobs (docker image prune --all)",
      };
    case "output-empty":
      return {
        summary: `${failure.directory} is empty after prepare of ${failure.image}`,
        hint: `copy the result to ${failure.directory} in prepare: the runtime image is filled from it`,
      };
    case "result-unexpected":
      return {
        summary: `built image does not match the request: ${failure.message}`,
        hint: "run again with --clean; no tag was moved",
      };
    default:
      return failure satisfies never;
  }
}

/** By the messages of BuildKit and Podman. */
function dockerfileHint(message: string): Pick<FailureDescription, "hint"> {
  if (/target stage .* could not be found/.test(message))
    return { hint: "set stage to the name in a FROM … AS NAME line of the Dockerfile" };
  if (/"\/[^"]*":? not found|copier: .*no such file/.test(message))
    return {
      hint: "correct the path in COPY; it is relative to the context, and ignored files are not there (sti plan --files)",
    };
  return {};
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
      summary: `${script} was killed: another program stopped its container`,
      hint: "run again; if it recurs, check the engine's machine for programs that stop containers",
    };
  }
  const hint = exitHints[failure.exitCode] ?? hintOf(failure);
  return {
    summary: `${script} exited with ${failure.exitCode}`,
    ...(hint === undefined ? {} : { hint }),
  };
}

function hintOf({
  dependencies,
  incremental,
}: Extract<BuildFailure, { code: "script-failed" }>): string | undefined {
  if (dependencies === true) {
    return "/tmp/src has only the declared inputs: if it lacks a file, add it to the image's label sti.dependencies.inputs or to dependencies.inputs of the app";
  }
  return incremental
    ? "run again with --clean: the artifacts of the previous build may be the cause"
    : undefined;
}

/** The meaning of these codes to shells and the kernel; any other code belongs to the script. */
const exitHints: Readonly<Record<number, string>> = {
  126: "exit code 126: a command of the script cannot be executed",
  127: "exit code 127: a command of the script is not in the image",
  137: "exit code 137: the script or one of its programs was killed (SIGKILL), for lack of memory perhaps; the engine reports no cause",
  139: "exit code 139: a program of the script crashed (segmentation fault)",
};
