import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./ensure-built.ts";

test.each([
  "examples",
  "package.json",
  "packages",
  "pnpm-workspace.yaml",
  "sti.config.schema.json",
  "tsconfig.base.json",
  "turbo.json",
])("%s is at the top of the repository, where users and tools look for it", (name) => {
  expect(existsSync(join(root, name))).toBe(true);
});
