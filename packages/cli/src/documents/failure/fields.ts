// Fields that many failures have.
import * as z from "zod";
import { count, targetName, text, texts } from "../fields.ts";

export function failureOf<Code extends string, Fields extends z.ZodRawShape>(
  code: Code,
  about: string,
  fields: Fields,
) {
  return z.object({ code: z.literal(code), ...fields }).describe(about);
}

export const location = z
  .object({
    file: text("Path of the file."),
    line: count("Line, counted from 1."),
    column: count("Column, counted from 1."),
  })
  .meta({ id: "Location", description: "A place in a file that the user wrote." });

export const configPath = z.array(z.union([z.string(), z.int()])).meta({
  id: "ConfigPath",
  description: 'Keys that lead to a value in the config: `["apps", "web", "tag"]`.',
});

export const message = text("Cause for people, as the system, engine or parser reports it.");
export const file = text("Path of the file.");
export const image = text("Name of the image.");
export const script = text("Path of the script in the image.");
export const frame = text("Lines of the file around the place, with a caret.");
export const suggestion = text("The known name that is most like it; missing if none is.");
export const known = texts("All known names.");

/** Fields of problems with a value of the config. */
export const inConfig = {
  path: configPath,
  location: location.optional(),
  override: text("The value of `--set` that the problem is in.").optional(),
};

/** Fields of problems of one target. */
export const ofTarget = { ...inConfig, target: targetName };
