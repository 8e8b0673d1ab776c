import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { UserConfig as SchemaInput } from "@sti/core";
import { printConfigTypes } from "@sti/core/schema";
import { expect, expectTypeOf, test } from "vitest";
import type { UserConfig } from "./user-config.ts";

test("the type of a config is that of the schema's input", () => {
  // The compiler checks this. Assignability both ways would not do: it holds if an optional key is missing.
  expectTypeOf<UserConfig>().toEqualTypeOf<SchemaInput>();
});

test("the types of all parts of a config are exported", () => {
  const names = [...printConfigTypes().matchAll(/^export (?:type|interface) (\w+)/gm)].map(
    ([, name]) => name,
  );
  const entry = readFileSync(join(import.meta.dirname, "index.ts"), "utf8");
  expect(names).toContain("App");
  expect(names.filter((name) => !entry.includes(`  ${name},\n`))).toEqual([]);
});
