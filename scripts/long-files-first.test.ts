import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { longFiles } from "./long-files-first.ts";

test("each long file is a test file, once", () => {
  const folder = join(import.meta.dirname, "../packages/cli/test/e2e");
  expect(longFiles.filter((name) => !existsSync(join(folder, name)))).toEqual([]);
  expect(new Set(longFiles).size).toBe(longFiles.length);
});
