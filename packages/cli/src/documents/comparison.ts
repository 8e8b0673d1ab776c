// Schemas of comparisons: `sti compare IMAGE IMAGE --json`, `sti compare` of apps, `sti promote --json`.
import * as z from "zod";
import { amount, count, flag, outcome, schemaVersion, text, texts } from "./fields.ts";

const verdict = z
  .enum(["identical", "equivalent", "different"])
  .meta({ id: "Verdict", description: "`equivalent`: rules cover all differences." });

const pairVerdict = z.enum(["identical", "equivalent", "different", "not-compared"]).meta({
  id: "PairVerdict",
  description: "Verdict on two builds; `not-compared`: a variant was not built.",
});

const level = z
  .enum(["config", "files", "behaviour", "cost"])
  .meta({ id: "CompareLevel", description: "Compared part of the images." });

const difference = z
  .object({
    level,
    what: text(
      "Field of the config (`Env`), property of a file (`content`, `mode`), or a word of the level.",
    ),
    path: text(
      "Path in the image (`/app/a.txt`), name of a variable or label, or name of a check.",
    ).optional(),
    left: z.string().nullable().describe("Value on the left, for people; null if there is none."),
    right: z.string().nullable().describe("Value on the right, for people; null if there is none."),
    origin: z
      .enum(["base", "app"])
      .describe("Origin: the base images or the layers above them; missing if no base is known.")
      .optional(),
    rule: text("Name of the rule that covers the difference, which then does not count.").optional(),
    hint: z
      .object({
        kind: z.enum(["timestamp", "random", "build-path", "order"]).describe("Pattern of the difference."),
        left: text("Line of the left content that shows it, shortened."),
        right: text("Line of the right content that shows it, shortened."),
      })
      .describe("Probable cause of differing contents; only with `--hints`.")
      .optional(),
  })
  .meta({ id: "Difference", description: "One difference of two images." });

const levelVerdict = z.object({
  level,
  verdict,
  differences: z
    .array(difference)
    .describe("Differences that count, by path; then covered ones, the first hundred of each rule."),
  different: count("Number of differences that no rule covers."),
  covered: count("Number of differences that rules cover."),
  rules: z
    .array(
      z.object({
        name: text("Name of the rule."),
        about: text("Reason why the covered differences do not count, for people."),
        count: count("Number of differences that it covers."),
      }),
    )
    .describe("Rules that cover differences, by name."),
  note: text("How the verdict was reached, if not in the usual way: `both have the same layers`.").optional(),
});

const comparedImage = z.object({
  name: text("A reference, or an app and its variant."),
  id: text("Id of the image, `sha256:…`."),
  base: z
    .object({ name: text("Name of the base image."), id: text("Its id, `sha256:…`.") })
    .describe("Base image, if it is known and in the engine.")
    .optional(),
});

const comparison = z
  .object({
    schemaVersion,
    left: comparedImage,
    right: comparedImage,
    verdict: verdict.describe("The worst verdict of the levels; cost does not count."),
    levels: z.array(levelVerdict).describe("Results by level, in the order of the output."),
  })
  .meta({ id: "Comparison", description: "Comparison of two images." });

const required = verdict.describe("The worst verdict that is accepted, by `--require`.");

export const compareDocument = z.object({
  schemaVersion,
  require: required,
  met: flag("Whether every verdict is at least as good as required."),
  comparisons: z.array(comparison).describe("The comparison of the two images."),
});

const variant = z.object({
  target: text("Name of the variant in the session: `web@a`."),
  label: text("Difference from the app: `acme/node-builder:next`, `container method`."),
  outcome,
  reason: text("Reason for the outcome, for people."),
  imageId: text("Id of the image, `sha256:…`; only if it was built.").optional(),
  imageSize: amount("Size of the image with all layers, in bytes.").optional(),
  layers: count("Number of layers of the image.").optional(),
  duration: amount("Milliseconds of its build."),
  log: text("File with the output of the checks' containers.").optional(),
});

export const compareAppsDocument = z.object({
  schemaVersion,
  kind: z
    .enum(["bases", "methods", "repro", "incremental"])
    .describe(
      "Difference of the variants: base images, methods, two clean builds, or incremental and clean.",
    ),
  require: required,
  verdict: pairVerdict.describe("The worst verdict of the apps."),
  met: flag("Whether the verdict is at least as good as required."),
  apps: z
    .array(
      z.object({
        app: text("Name of the app."),
        left: variant,
        right: variant,
        verdict: pairVerdict.describe("The worst verdict of the levels, if both variants were built."),
        comparison: comparison.optional(),
        problem: text("Reason why there is no comparison.").optional(),
        notes: texts("Notes about the verdict for people: `web@incremental was built clean: …`."),
      }),
    )
    .describe("The compared apps."),
});

export const promoteDocument = z.object({
  schemaVersion,
  outcome: z
    .enum(["moved", "already-there", "refused"])
    .describe("`already-there`: both are one image. `refused`: the verdict is worse than required."),
  from: text("The promoted image."),
  to: text("The tag."),
  before: text("Id of the image that had the tag, `sha256:…`."),
  after: text("Id of the promoted image, `sha256:…`."),
  verdict,
  locked: flag("Whether the lock file was updated."),
  comparison: comparison.optional(),
  logs: texts("Files with the output of the checks' containers.").optional(),
});
