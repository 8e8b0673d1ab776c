// Schemas of failures of a target's build.
import { amount, count, flag, text } from "../fields.ts";
import { failureOf, image, message, ofTarget, script } from "./fields.ts";

export const buildFailures = [
  failureOf("script-timed-out", "A script ran longer than its limit.", {
    image,
    script,
    limit: amount("The limit in seconds."),
    ...ofTarget,
  }),
  failureOf("script-failed", "A script failed.", {
    image,
    script,
    exitCode: count("Its exit code."),
    outOfMemory: flag("Whether the kernel ended it for lack of memory."),
    killed: flag("Whether it was ended over the engine's API, as by `docker kill`.").optional(),
    incremental: flag("Whether the script had the artifacts of the previous build."),
    dependencies: flag("Whether it made a dependency layer.").optional(),
    ...ofTarget,
  }),
  failureOf("incremental-impossible", "The config requires an incremental build, which is impossible.", {
    reason: text("Reason for people: `build image changed`."),
    ...ofTarget,
  }),
  failureOf("script-not-started", "The engine could not start a script.", { script, message, ...ofTarget }),
  failureOf("dockerfile-failed", "A build of a Dockerfile failed.", {
    message,
    exitCode: count("Exit code of the failed instruction.").optional(),
    ...ofTarget,
  }),
  failureOf("container-removed", "Another program removed a container of the build.", {
    during: text("State of the build at that time: `/usr/bin/prepare ran`."),
    ...ofTarget,
  }),
  failureOf("dependency-layer-removed", "Another program removed the dependency layer of the build.", {
    ...ofTarget,
  }),
  failureOf("output-empty", "The build image left no output for the runtime image.", {
    image,
    directory: text("Folder of the output."),
    ...ofTarget,
  }),
  failureOf("result-unexpected", "The new image differs from the request.", { message, ...ofTarget }),
] as const;
