import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { checkTestHeads, LONGEST_HEAD } from "./test-heads.ts";

const root = mkdtempSync(join(tmpdir(), "sti-heads-"));
afterEach(() => rmSync(root, { recursive: true, force: true }));

function check(files: Readonly<Record<string, string>>): readonly string[] {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return checkTestHeads(root, ["packages"]);
}

const head = (lines: number) => "const x = 1;\n".repeat(lines);

test("the test files begin with their tests", () => {
  expect(checkTestHeads(join(import.meta.dirname, ".."))).toEqual([]);
});

test("a test file with a longer head is named with its number of lines", () => {
  const found = check({
    "packages/a/src/one.test.ts": `${head(LONGEST_HEAD)}test("x", () => {});\n`,
    "packages/a/src/two.test.ts": `${head(LONGEST_HEAD + 1)}test("x", () => {});\n`,
    "packages/a/src/deep/three.test.ts": `${head(70)}for (const y of []) {\n  describe.each([])("x", () => {});\n}\n`,
    "packages/a/src/four.ts": head(100),
    "packages/a/node_modules/b/five.test.ts": head(100),
  });
  expect(found.map((line) => line.split(" lines")[0])).toEqual([
    "packages/a/src/deep/three.test.ts: 71",
    "packages/a/src/two.test.ts: 61",
  ]);
});

test("a file without a test is all head", () => {
  expect(check({ "packages/a/src/none.test.ts": head(70) })).toHaveLength(1);
});
