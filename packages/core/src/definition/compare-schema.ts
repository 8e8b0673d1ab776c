// Rules about differences that do not count when builds of an app are compared, as the user may write them.
import * as z from "zod";
import { isPattern } from "./checks-schema.ts";
import { text } from "./schema-values.ts";

const CompareMask = z
  .strictObject({
    files: z
      .array(text())
      .min(1)
      .describe("Patterns, as in .dockerignore, of paths in the image: 'app/build-info.json'."),
    pattern: text()
      .refine(isPattern, {
        error: (issue) => `is ${JSON.stringify(issue.input)}, expected a regular expression`,
      })
      .describe("Regular expression; its matches are removed from the contents before they are compared."),
  })
  .meta({ id: "CompareMask", description: "A part of files that may differ." });

export const Compare = z
  .strictObject({
    ignore: z
      .array(text())
      .optional()
      .describe("Patterns, as in .dockerignore, of paths in the image; differences there do not count."),
    mask: z.array(CompareMask).optional().describe("Parts of files that may differ."),
  })
  .meta({
    id: "Compare",
    description:
      "Differences that do not count in sti compare, in addition to those covered by its own rules.",
  });

export type WrittenCompare = z.output<typeof Compare>;
