// Schema of the causes of a build.
import type { Cause } from "@sti/core";
import * as z from "zod";
import { count, flag, text, texts } from "./fields.ts";

function kindOf<Kind extends string, Fields extends z.ZodRawShape>(
  kind: Kind,
  about: string,
  fields: Fields,
) {
  return z.object({ kind: z.literal(kind), ...fields }).describe(about);
}

const tag = text("The target's tag, or its build tag.");
const target = text("Name of the other target.");

const rootCause = z
  .object({
    target: text("Target with the original change; it may be an indirect dependency."),
    get cause(): z.ZodType<Cause> {
      return cause;
    },
    more: count("Number of further causes of that target."),
  })
  .meta({ id: "RootCause", description: "Reason for the change of another target's image." });

const because = rootCause.nullable().describe("Reason for the other target's build; null if not known.");

export const cause = z
  .discriminatedUnion("kind", [
    kindOf("image-missing", "The engine has no image with the tag.", {
      tag,
      wasBuiltHere: flag("Whether the build history has an image with this tag."),
    }),
    kindOf("image-foreign", "The image with the tag is not a result of this target.", {
      tag,
      target: z
        .string()
        .nullable()
        .describe("Target that the image is a result of; null if sti did not make it."),
    }),
    kindOf(
      "build-half-missing",
      "The build stage of an extended build is missing or belongs to another build.",
      {
        tag,
      },
    ),
    kindOf("forced", "The build was forced, as with `--force`.", {}),
    kindOf("inputs-changed", "The key differs, and there is no record of the build that made the image.", {}),
    kindOf("files", "Files of the source changed.", {
      change: z
        .enum(["edited", "added", "removed", "made-executable", "made-plain", "link-changed", "replaced"])
        .describe(
          "Kind of the change. `replaced`: another kind of entry, such as a file in place of a link.",
        ),
      files: texts("The first of the files; relative to the config's folder if they are on this machine."),
      count: count("Number of all files with this change."),
      dependencies: z
        .literal(true)
        .describe("Set if the files are inputs of the dependency layer, which is made again.")
        .optional(),
    }),
    kindOf("source-changed", "The source changed; the changed files are not known.", {}),
    kindOf("dockerfile-edited", "The Dockerfile of an image entry changed.", {
      file: text("Path of the Dockerfile."),
    }),
    kindOf("variable-changed", "A variable, build argument, secret or label changed, or a value of git.", {
      of: z
        .enum(["env", "buildEnv", "args", "secrets", "labels", "git"])
        .describe("Config key of the variable."),
      name: text("Name of the variable. Its value is not printed."),
      change: z.enum(["added", "removed", "changed"]).describe("Kind of the change."),
    }),
    kindOf("field-changed", "Another key of the config changed.", {
      field: text("The key."),
      from: z.string().nullable().describe("Earlier value as text; null if it was not set."),
      to: z.string().nullable().describe("Present value as text; null if it is not set."),
    }),
    kindOf("image-moved", "An image name now refers to another image.", {
      image: text("Name of the image, as in the config."),
      from: text("Id of the earlier image, `sha256:…`."),
      to: text("Id of the present image, `sha256:…`."),
    }),
    kindOf("target-changed", "The image of a dependency changed.", {
      target,
      from: text("Id of its earlier image, `sha256:…`."),
      to: text("Id of its present image, `sha256:…`."),
      because,
    }),
    kindOf("target-pending", "A dependency is built first; whether its image changes is not known yet.", {
      target,
      because,
    }),
    kindOf("dependency", "An entry of `dependsOn` was added or removed.", {
      target,
      change: z.enum(["added", "removed"]).describe("Kind of the change."),
    }),
    kindOf("time-changed", "SOURCE_DATE_EPOCH changed.", {
      from: z.number().nullable().describe("Earlier value, seconds since 1970; null if it was not set."),
      to: z.number().nullable().describe("Present value, seconds since 1970; null if it is not set."),
    }),
    kindOf("schema-changed", "This version of sti makes images or keys differently.", {
      from: count("Earlier version of the key's form."),
      to: count("Present version of the key's form."),
    }),
  ])
  .meta({ id: "Cause", description: "One reason why a target is built." });

export const causes = (about: string) => z.array(cause).describe(about);
