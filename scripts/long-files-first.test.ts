import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { longFiles } from "./long-files-first.ts";

test("each long file is a test file, once", () => {
  const folders = ["e2e", "field"].map((name) => join(import.meta.dirname, "../packages/cli/test", name));
  const isThere = (name: string) => folders.some((folder) => existsSync(join(folder, name)));
  expect(longFiles.filter((name) => !isThere(name))).toEqual([]);
  expect(new Set(longFiles).size).toBe(longFiles.length);
});
