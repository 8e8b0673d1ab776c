// Schema of the plan, output of `sti plan --json` and part of the JSON report.
import * as z from "zod";
import { causes } from "./cause.ts";
import { failure } from "./failure.ts";
import {
  amount,
  count,
  flag,
  method,
  planVersion,
  platform,
  reuse,
  tag,
  targetKind,
  targetName,
  text,
  texts,
} from "./fields.ts";
import { lockedImage } from "./locked-image.ts";

const key = text("Key of the target: sha256 over all its inputs, hex.");
const reason = text("Reason for the decision, for people.");

export const decision = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.literal("up-to-date").describe("The image has this key already."), key, reason }),
    z.object({
      kind: z.literal("build").describe("The target is built."),
      key,
      reason,
      causes: causes("The reason as data, smallest change first."),
    }),
    z.object({
      kind: z
        .literal("open")
        .describe("Decided later: an image is built or pulled first, or no engine was asked."),
      reason,
      causes: causes("Causes that are certain already."),
    }),
  ])
  .meta({ id: "Decision", description: "Whether a target is built." });

export const revision = z
  .object({
    url: text("URL of the repository; missing for one on this machine.").optional(),
    commit: text("Id of the commit, hex."),
    commitTime: amount("Time of the commit, seconds since 1970."),
  })
  .meta({ id: "SourceRevision", description: "Commit that a source was read from." });

const step = z
  .looseObject({
    kind: z
      .enum([
        "build-image",
        "create-container",
        "keep-source",
        "upload-source",
        "run-script",
        "commit-container",
        "tag-image",
      ])
      .describe("Kind of the step."),
    title: text("The step in a few words, for people."),
  })
  .meta({
    id: "PlannedStep",
    description:
      "A step of a build. Fields other than `kind` and `title` depend on the step, and may change.",
  });

const role = z.enum(["build-image", "runtime-image"]).describe("Image that the layer is based on.");

function layerOf<State extends "present" | "missing">(state: State, about: string) {
  return z.object({
    role,
    state: z.literal(state).describe(about),
    tag: text("Tag of the layer's image."),
    key: text("Key of the layer: sha256 over its inputs, hex."),
    inputs: texts("Patterns of its input files."),
    files: count("Number of files that they match."),
    size: amount("Bytes on top of the base image, if the engine has the layer.").optional(),
  });
}

const layer = z
  .discriminatedUnion("state", [
    layerOf("present", "The engine has the layer."),
    layerOf("missing", "`prepare-dependencies` runs first."),
    z.object({
      role,
      state: z.literal("none").describe("There is no layer."),
      reason: text("Reason, for people."),
    }),
  ])
  .meta({ id: "PlannedLayer", description: "A dependency layer of an app." });

export const plannedTarget = z.object({
  name: targetName,
  kind: targetKind,
  platform,
  tag,
  method: method.optional(),
  dependsOn: texts("Names of the targets that it depends on directly."),
  externalImages: texts("Names of the images that it uses and that no target of the config makes."),
  source: z
    .object({
      files: count("Number of files and links."),
      size: amount("Size of all files in bytes."),
      digest: text("sha256 over paths, executable bits, link targets and bytes, hex."),
      revision: revision.optional(),
      notes: texts("Notes about the source for people, a sentence each."),
    })
    .describe("Source of the target as read from disk or git."),
  decision,
  reuse: reuse.optional(),
  layers: z.array(layer).describe("Dependency layers that the app is based on; empty if none is intended."),
  push: flag("Whether `sti run` pushes the image, by the config."),
  steps: z.array(step).describe("Steps of the build in order; empty if the target is up to date."),
  failures: z.array(failure).describe("Problems that prevent the build."),
});

const plannedImage = z.object({
  image: text("Name of the image as in the config."),
  state: z
    .enum(["locked", "fetched", "drifted", "lost", "unlocked"])
    .describe(
      "`locked`: the engine has the locked image. `fetched`: it is pulled by digest. `drifted`: the engine has another image. `lost`: the engine has no image, and only an id is locked. `unlocked`: no entry. Missing if no engine was asked.",
    )
    .optional(),
  locked: lockedImage.describe("Entry of the lock file; missing if there is none.").optional(),
  present: lockedImage
    .omit({ platform: true })
    .describe("The engine's image under this name; missing if it has none.")
    .optional(),
});

export const planFields = {
  schemaVersion: planVersion,
  externalImages: z
    .array(plannedImage)
    .describe("External images and their locks; missing if the project has no lock file.")
    .optional(),
};

export const planDocument = z.object({
  ...planFields,
  targets: z
    .array(plannedTarget)
    .describe("The selected targets and their dependencies, dependencies first."),
});
