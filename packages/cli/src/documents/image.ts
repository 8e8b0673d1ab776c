// Schemas of `sti usage --json`, `sti clean --json`, `sti cache --json` and `sti attest --json`.
import * as z from "zod";
import { amount, count, flag, method, owner, schemaVersion, text, texts, time } from "./fields.ts";

const scriptState = z
  .enum(["present", "missing", "not-executable", "interpreter-missing"])
  .describe("State of the script in the image.");

export const usageDocument = z.object({
  schemaVersion,
  image: text("Name of the image."),
  id: text("Id of the image, `sha256:…`."),
  size: amount("Size of the image with all layers, in bytes."),
  architecture: text("Architecture of the image: `amd64`."),
  contract: z.enum(["sti", "s2i"]).describe("The contract that the image keeps: sti's own, or that of s2i."),
  scriptsFolder: text("Folder of the scripts in the image."),
  scripts: z
    .record(z.enum(["prepare", "prepare-dependencies", "run", "save-artifacts", "usage"]), scriptState)
    .describe("The scripts by their role, which is their name in sti's own contract."),
  paths: z
    .record(z.enum(["prepare", "prepare-dependencies", "run", "save-artifacts", "usage"]), z.string())
    .describe("Paths of the scripts in the image, by the same names."),
  dependencyInputs: texts(
    "Patterns of the files that `prepare-dependencies` reads, as the image declares them.",
  ),
  shell: flag("Whether the image has `/bin/sh`."),
  user: text("User of the image as configured; empty for root."),
  owner: owner
    .nullable()
    .describe("That user as numbers; null if the image's user database does not have it."),
  workingDir: text("Working directory; `/` if the image sets none."),
  env: texts("Variables, `KEY=value`."),
  exposedPorts: texts("Ports, `8080/tcp`."),
  volumes: texts("Paths of volumes."),
  entrypoint: texts("Entrypoint."),
  cmd: texts("Command."),
  origin: z
    .object({
      target: text("Name of the target."),
      kind: text("`app` or `image`."),
      method: method.nullable().describe("Method of the build; null for an image entry."),
      half: z
        .string()
        .nullable()
        .describe(
          "`build`: build stage of an extended build. `result`: result of an app. Null for an image entry.",
        ),
      buildImage: z.string().nullable().describe("Name of the build image; null for an image entry."),
      buildImageIdentity: z
        .string()
        .nullable()
        .describe(
          "Identity of the build image, `sha256:…`, the same on all engines; null for an image entry.",
        ),
    })
    .nullable()
    .describe("Origin by the image's labels; null for an image that sti did not make."),
});

const cleanItem = z.object({
  kind: z
    .enum(["container", "volume", "network", "image", "cache", "source"])
    .describe("Kind of the object."),
  name: text("Name of a container, volume or cache; target of an image; app of a source cache."),
  id: text("Id of the object in the engine."),
  size: z
    .number()
    .nullable()
    .describe("Bytes that its removal frees; null if the engine does not report them."),
  lastUsed: z
    .string()
    .nullable()
    .describe(
      "Time of its last use, as the engine writes it (RFC 3339); null if the engine does not report it.",
    ),
});

const storeItem = z.object({
  target: z.string().nullable().describe("Name of the target; null if its image cannot be read."),
  kind: z
    .enum(["app", "image", "dependencies"])
    .nullable()
    .describe("`dependencies`: a dependency layer. Null if its image cannot be read."),
  keys: texts("Keys that it is stored under."),
  digest: text("Digest of its manifest, `sha256:…`; empty if that cannot be read."),
  built: time("Time of its build; null if its image names none.").nullable(),
  commit: z.string().nullable().describe("Commit of its source; null if its image names none."),
  size: z
    .number()
    .nullable()
    .describe("Bytes of its layers, compressed; images share layers. Null if its image cannot be read."),
  problem: z
    .string()
    .nullable()
    .describe("Reason why it cannot be read, or is not removed, for people; null if there is none."),
});

export const storeDocument = z.object({
  schemaVersion,
  repository: text("The repository of the store: `registry.example/acme/store`."),
  dryRun: flag("Whether nothing was removed: it was only listed, or `--dry-run` was given."),
  removed: z.array(storeItem).describe("Removed images; with `dryRun` those that would be removed."),
  kept: z.array(storeItem).describe("Images that stay, newest first."),
  files: z
    .object({
      removed: count("Number of removed ones; with `dryRun` of those that would be removed."),
      kept: count("Number of those that stay."),
      freed: count("Bytes of the removed ones."),
    })
    .describe("Packed sources and logs of runs on workers; only of `prune`.")
    .optional(),
});

const attestItem = z.object({
  type: z
    .string()
    .nullable()
    .describe("`provenance`, `sbom`, or the URI of another type; null if it cannot be read."),
  predicateType: z.string().nullable().describe("URI of the type; null if it cannot be read."),
  keyIds: texts(
    "Names of keys in its envelope, as somebody wrote them; null if it is not signed.",
  ).nullable(),
  signedBy: z.string().nullable().describe("The given key that has signed it; null if none has."),
  problem: z.string().nullable().describe("Reason, for people, why it does not count; null if it does."),
  statement: z
    .record(z.string(), z.unknown())
    .describe("The whole statement of in-toto; missing for `verify`, and if it cannot be read.")
    .optional(),
});

const attestedImage = z.object({
  image: text("The image or index with its digest: `registry.example/acme/api@sha256:…`."),
  verified: z.boolean().nullable().describe("Whether it is verified; null for `show`."),
  missing: texts("Required types without a document that counts."),
  documents: z.array(attestItem).describe("Its attestations; with `--type` those of these types."),
});

export const attestDocument = attestedImage.extend({
  schemaVersion,
  images: z
    .array(attestedImage.extend({ platform: text("As the index has it: `linux/arm64`; empty without one.") }))
    .describe("The images of an index, each with its own attestations; missing for a single image.")
    .optional(),
});

export const cleanDocument = z.object({
  schemaVersion,
  dryRun: flag("Whether `--dry-run` was given: nothing was removed."),
  removed: z
    .array(cleanItem.extend({ reason: text("Reason for the removal, for people.").optional() }))
    .describe("Removed objects; with `dryRun` those that would be removed."),
  kept: z.array(cleanItem.extend({ reason: text("Reason, for people.") })).describe("Objects that stay."),
  freed: amount("Bytes of all removed objects, as far as the engine reports sizes."),
});
