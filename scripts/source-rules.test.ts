import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { checkSources, SOURCE_RULES, type SourceRule } from "./source-rules.ts";

const folder = mkdtempSync(join(tmpdir(), "sti-rules-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const [reading] = SOURCE_RULES as [SourceRule];
const rule = { ...reading, allowed: { "a/src/may.ts": "a reason" } };

function check(files: Readonly<Record<string, string>>): readonly string[] {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return checkSources(folder, [rule]);
}

const reads = 'import { readFile } from "node:fs/promises";\n';

test("the sources keep to the rules", () => {
  expect(checkSources(join(import.meta.dirname, "../packages"))).toEqual([]);
});

test("a file that imports a way to read files is named with its line", () => {
  const found = check({
    "a/src/may.ts": reads,
    "a/src/one.ts": `// One.\n${reads}`,
    "b/src/deep/two.ts": 'import {\n  existsSync,\n  readFileSync as read,\n} from "node:fs";\n',
    "b/src/all.ts": 'import fs from "node:fs";\n',
    "b/src/stats.ts":
      'import { stat, writeFile } from "node:fs/promises";\nimport type { Stats } from "node:fs";\n',
    "b/src/one.test.ts": reads,
  });
  expect(found.map((line) => line.split(": ")[0])).toEqual([
    "packages/a/src/one.ts:2",
    "packages/b/src/all.ts:1",
    "packages/b/src/deep/two.ts:1",
  ]);
});

test("a permission that is not needed any more is named", () => {
  expect(check({ "a/src/may.ts": "export {};\n" })).toEqual([
    "packages/a/src/may.ts: may do what it does not do any more: reads files",
  ]);
});
