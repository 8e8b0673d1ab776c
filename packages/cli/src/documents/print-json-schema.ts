// A document's schema as a file: JSON Schema, draft 2020-12. Pure.
import * as z from "zod";
import type { JsonDocument } from "./document.ts";

/** Objects are open: a later version of sti may add fields. */
export function printJsonSchema({ name, title, description, schema }: JsonDocument): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io: "input",
    override: ({ jsonSchema }) => {
      // Limits of JavaScript's numbers, not of the field.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return `${JSON.stringify({ $schema, $id: `urn:sti:schema:${name}`, title, description, ...rest }, null, 2)}\n`;
}
