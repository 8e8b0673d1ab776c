// Schemas of `sti why --json` and `sti why --history --json`.
import * as z from "zod";
import { cause, causes } from "./cause.ts";
import {
  count,
  flag,
  platform,
  schemaVersion,
  tag,
  targetKind,
  targetName,
  text,
  texts,
  time,
} from "./fields.ts";
import { decision } from "./plan.ts";

const recordedBuild = z
  .object({
    key: text("Key of the build, sha256, hex."),
    source: text("Digest of the source, sha256, hex."),
    tag,
    images: texts("Ids of the images, `sha256:…`: the result, then the build stage of an extended build."),
    dependencies: texts(
      "Patterns of the inputs of the dependency layers; missing if there is none.",
    ).optional(),
    isMadeHere: flag("Whether sti built them on this machine; false if they were found up to date."),
    isRestored: z
      .literal(true)
      .optional()
      .describe("The result came from the shared store; missing if it did not."),
    causes: causes("Causes of the build; empty for images that were found."),
    time: time("Time of the build."),
    toolVersion: text("Version of sti."),
  })
  .describe("A build in the build history.");

const storedResult = z.object({
  reference: text("The result in the store: `registry.example/acme/store@sha256:…`."),
  commit: text("Commit of its source; missing if none is known.").optional(),
  built: time("Time of its build; missing if it is not known.").optional(),
  origin: z
    .object({
      by: z
        .object({
          kind: z
            .enum(["github-actions", "gitlab-ci", "ci", "machine"])
            .describe("What built it: a CI system, or a machine that is none."),
          url: text("Page of the run or job; missing if there is none.").optional(),
        })
        .describe("Who built it, as its builder states."),
      built: time("End of the build, by the clock of its machine."),
      duration: count("Duration of the build, milliseconds."),
      commit: text("Commit of the source; missing if it had changes, or was none.").optional(),
      toolVersion: text("Version of sti."),
      engine: text("Name and version of the engine."),
    })
    .optional()
    .describe("The note of its builder; missing if there is none."),
});

export const whyDocument = z.object({
  schemaVersion,
  targets: z
    .array(
      z.object({
        name: targetName,
        kind: targetKind,
        platform,
        tag,
        decision,
        against: z
          .object({
            key: text("Key of the earlier build."),
            build: recordedBuild
              .omit({ key: true })
              .nullable()
              .describe("The build; null if only its key is recorded."),
          })
          .nullable()
          .describe("The earlier build of the comparison; null if none is recorded."),
        stored: storedResult
          .nullable()
          .optional()
          .describe(
            "Result of this key in the shared store; null if it has none, missing if it was not asked.",
          ),
        changes: z
          .array(cause)
          .nullable()
          .describe("Differences from that build, smallest first; null if they are not known."),
        compared: z
          .object({
            files: count("Number of files and links of the source."),
            images: z
              .array(
                z.object({
                  name: text("Name of the image."),
                  id: text("Its id, `sha256:…`; empty if it is not known yet."),
                }),
              )
              .describe("Build, runtime and base images."),
            dependsOn: texts("Names of the targets that it depends on."),
            env: texts("Names of variables."),
            buildEnv: texts("Names of variables of the build."),
            args: texts("Names of build arguments."),
            secrets: texts("Names of secrets."),
            labels: texts("Names of labels."),
          })
          .describe("Inputs of the key by name, without values."),
      }),
    )
    .describe("The selected targets."),
});

export const historyDocument = z.object({
  schemaVersion,
  targets: z
    .array(
      z.object({
        name: targetName,
        builds: z
          .array(recordedBuild.extend({ reason: text("Reason for the build, for people.") }))
          .describe("Recorded builds, newest first."),
      }),
    )
    .describe("The selected targets."),
});
