// Secrets as the user may write them: the source of each value, never the value.
import * as z from "zod";
import { text, variableName } from "./schema-values.ts";

export const Secret = z
  .union([
    z.strictObject({
      env: variableName().describe("Name of a variable in sti's environment."),
    }),
    z.strictObject({ file: text().describe("Path of a file, relative to the config file or absolute.") }),
  ])
  .meta({ id: "Secret", description: "Source of a secret's value: a variable or a file." });

/** Without a description: apps and image entries read them in different ways. */
export const secrets = () =>
  z.record(
    z
      .string()
      .regex(
        /^[A-Za-z0-9_][A-Za-z0-9._-]*$/,
        "a secret's name is made of letters, digits, '.', '_' and '-', and starts with neither '.' nor '-'",
      ),
    Secret,
  );

export type Secret = z.output<typeof Secret>;
