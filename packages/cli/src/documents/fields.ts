// Fields that many documents have, each with its description.
import * as z from "zod";

export function text(about: string) {
  return z.string().describe(about);
}

export function texts(about: string) {
  return z.array(z.string()).describe(about);
}

export function flag(about: string) {
  return z.boolean().describe(about);
}

/** A whole number that is not negative. */
export function count(about: string) {
  return z.int().min(0).describe(about);
}

/** A number with a unit, which may have decimals. */
export function amount(about: string) {
  return z.number().describe(about);
}

const versionOf = <Version extends number>(version: Version) =>
  z
    .literal(version)
    .describe("Version of this document; raised when a field changes its meaning or goes away.");

export const schemaVersion = versionOf(1);
/** Since the methods have other names. */
export const planVersion = versionOf(2);

/** The time of an event or build. */
export const time = (about: string) => amount(`${about} Milliseconds since 1970.`);

export const targetKind = z
  .enum(["app", "image"])
  .describe("Kind of the target: an entry of `apps` or of `images`.");

export const targetName = text("Name of the target: its key in the config.");

export const platform = text(
  "Platform that it is built for: `linux/arm64`; missing if its config has no platforms.",
).optional();

export const tag = text("The tag as the config has it, in its short form: `acme/api:dev`.");

export const method = z
  .enum(["dockerfile", "container"])
  .describe("`dockerfile`: Dockerfile method; `container`: container method.");

export const session = text("Id of the session.");

export const owner = z
  .object({ uid: count("Number of the user."), gid: count("Number of the group.") })
  .meta({ id: "Owner", description: "A user of the image, as numbers." });

export const reuse = z
  .discriminatedUnion("kind", [
    z.object({
      kind: z.literal("incremental").describe("The build has the artifacts of the previous build."),
    }),
    z.object({
      kind: z.literal("clean").describe("The build starts without artifacts."),
      reason: text("Reason for a clean build, for people."),
    }),
  ])
  .meta({
    id: "Reuse",
    description: "Whether the build of an app uses the artifacts of its previous build.",
  });

export const outcome = z.enum(["built", "up-to-date", "restored", "failed", "skipped", "cancelled"]).meta({
  id: "Outcome",
  description:
    "Outcome of a target. `restored`: the shared store has its result. `skipped`: a dependency failed. `cancelled`: stopped, or never started.",
});

export const outcomes = z
  .record(outcome, count("Number of targets."))
  .describe("Number of targets by outcome.");

export const stepKind = z
  .enum([
    "await-worker",
    "pull-image",
    "build-image",
    "keep-source",
    "create-container",
    "upload-source",
    "run-script",
    "commit-container",
    "tag-image",
    "push-image",
    "attest-image",
  ])
  .meta({ id: "StepKind", description: "Kind of a step." });

export const restoredImage = z
  .object({
    reference: text("The result in the store: `registry.example/acme/store@sha256:…`."),
    isLoaded: flag("Whether the engine has it, with the tag of the target."),
    commit: text("Commit of its source; missing if its image names none.").optional(),
    built: time("Time of its build; missing if the store does not know it.").optional(),
  })
  .meta({ id: "RestoredImage", description: "A result that another session built, in the shared store." });

export const pushedImage = z
  .object({
    reference: text("The pushed tag in its normal form: `docker.io/acme/api:dev`."),
    digest: text(
      "Digest of the manifest in the registry, `sha256:…`; missing if the engine does not report it.",
    ).optional(),
    manifest: text(
      "Digest of the manifest of the target's platform, if `digest` is that of an index of several.",
    ).optional(),
    attestations: z
      .array(z.enum(["provenance", "sbom"]))
      .describe("Documents that were attached to it; missing if the config asks for none.")
      .optional(),
  })
  .meta({ id: "PushedImage", description: "An image in a registry." });
