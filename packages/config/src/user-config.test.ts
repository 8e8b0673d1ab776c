import type { UserConfig as SchemaInput } from "@sti/core";
import { expectTypeOf, test } from "vitest";
import type { UserConfig } from "./user-config.ts";

test("the type of a config is that of the schema's input", () => {
  // The compiler checks this. Assignability both ways would not do: it holds if an optional key is missing.
  expectTypeOf<UserConfig>().toEqualTypeOf<SchemaInput>();
});
