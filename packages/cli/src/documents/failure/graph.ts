// Schemas of failures of the graph, of selections and of variants.
import * as z from "zod";
import { count, flag, text, texts } from "../fields.ts";
import { configPath, failureOf, inConfig, known, location, message, suggestion } from "./fields.ts";

export const graphFailures = [
  failureOf("reference-invalid", "An image name is invalid.", {
    reference: text("The name as written."),
    message,
    ...inConfig,
  }),
  failureOf("target-unknown", "The config refers to an unknown target.", {
    name: text("Name of the target."),
    suggestion: suggestion.optional(),
    ...inConfig,
  }),
  failureOf("tag-duplicate", "Two targets have the same tag.", {
    tag: text("The tag."),
    target: text("Name of the target."),
    other: text("Name of the other target."),
    otherLocation: location.describe("Place of the other tag.").optional(),
    otherPath: configPath.describe("Keys of the other tag in the config."),
    ...inConfig,
  }),
  failureOf("graph-cycle", "Targets depend on each other in a cycle.", {
    names: texts("Names of the targets in order; the first is repeated at the end."),
    edges: z
      .array(z.object(inConfig))
      .describe("Place in the config of each dependency; one fewer than `names`."),
    cut: count("Index of the dependency whose removal breaks the cycle at the least cost."),
    ...inConfig,
  }),
  failureOf("selection-unknown", "A selected target does not exist.", {
    name: text("The selected name."),
    suggestion: suggestion.optional(),
    known,
  }),
  failureOf("selection-invalid", "A selector is invalid.", { selector: text("The selector."), message }),
  failureOf("selection-unmatched", "A selector matches no target.", {
    selector: text("The selector."),
    known,
  }),
  failureOf("changes-unknown", "The changes since a commit cannot be determined.", {
    commit: text("The commit; missing if none was named and there is no default.").optional(),
    reason: z
      .enum(["no-repository", "other-owner", "no-base", "commit-missing", "no-common-commit", "git-failed"])
      .describe("Kind of the problem."),
    isShallow: flag("Whether the repository is a shallow clone."),
    message,
    repository: text(
      "Path for git's `safe.directory`, if the repository belongs to another user.",
    ).optional(),
  }),
  failureOf("platform-invalid", "A value of `--platform` is invalid.", {
    platform: text("The value."),
    message,
  }),
  failureOf("platform-unbuildable", "Neither the engine nor a worker builds for a platform.", {
    target: text("Name of the target."),
    platform: text("Platform: `linux/arm64`."),
    engine: text("Platform of the engine."),
    store: text("Store that has no result; missing if the config has none.").optional(),
    ...inConfig,
  }),
  failureOf("variant-invalid", "A variant of a comparison cannot be derived from the config.", {
    option: text("The option: `--build-image`."),
    value: text("Its value."),
    message: text("Problem for people, to follow the value: `has no name`."),
  }),
  failureOf("recorded-build-unknown", "The build history has no such build.", {
    asked: text("A number of builds, or the start of a key."),
  }),
] as const;
