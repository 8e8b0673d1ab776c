import { PassThrough } from "node:stream";
import type { Comparison, LevelVerdict, Verdict } from "@sti/core";
import { makeCompareDocument } from "@sti/core/compare";
import { checkDocument } from "@sti/testing/json-documents";
import { expect, test } from "vitest";
import { type PrintOptions, printComparisons } from "./print-comparison.ts";

const stream = new PassThrough() as unknown as NodeJS.WriteStream;

function level(name: LevelVerdict["level"], changes: Partial<LevelVerdict> = {}): LevelVerdict {
  return {
    level: name,
    verdict: "identical",
    differences: [],
    different: 0,
    covered: 0,
    rules: [],
    ...changes,
  };
}

const DIFFERENT = level("files", {
  verdict: "different",
  differences: [
    {
      level: "files",
      what: "content",
      path: "/app/a",
      left: `1 bytes, sha256:${"a".repeat(64)}`,
      right: `2 bytes, sha256:${"b".repeat(64)}`,
      origin: "app",
      hint: { kind: "timestamp", left: "at 1", right: "at 2" },
    },
    {
      level: "files",
      what: "entry",
      path: "/lib/b\u001b[31m\udcff",
      left: null,
      right: "file",
      origin: "base",
    },
    { level: "files", what: "mtime", path: "/app/a", left: "1", right: "2", rule: "mtimes" },
  ],
  different: 2,
  covered: 7,
  rules: [{ name: "mtimes", about: "times of files", count: 7 }],
});

test("a comparison is a table of levels with the first difference of each, and how many more there are", () => {
  const config = level("config", { note: "it is one image" });
  const cost = level("cost", {
    differences: [{ level: "cost", what: "size", left: "74000000 bytes", right: "81500000 bytes" }],
  });
  expect(print([config, DIFFERENT, cost])).toBe(`✖ different
  left    acme/a:1  cccccccccccc, based on acme/base
  right   acme/a:2  cccccccccccc
  config  = identical: it is one image
  files   ✖ different: 2 differences (1 from the app, 1 from the base), 7 covered by rules
          /app/a  content  from the app
            1 bytes, aaaaaaaaaaaa → 2 bytes, bbbbbbbbbbbb
            looks like a time: at 1 → at 2
          and 1 more; --list shows them
          rule mtimes: 7 (times of files)
  cost    size 74.0 MB → 81.5 MB

✖ equivalent was required
`);
});

test("all that counts is listed when it is asked for, and on a second request also what rules cover", () => {
  const counting = print([DIFFERENT], "counting");
  expect(counting).not.toContain("more");
  expect(counting).not.toContain("rule mtimes\n");
  const all = print([DIFFERENT], "all");
  expect(all).toContain("/app/a  mtime  rule mtimes\n           1 → 2\n");
  expect(all).toContain("and 6 more that rules cover");
});

test("nothing in a name reaches the terminal as a command", () => {
  const text = print([DIFFERENT], "all");
  expect(text).toContain(String.raw`/lib/b\x1b[31m\xff  entry`);
  expect(text).not.toContain("\u001b");
});

test("what meets the requirement says nothing of it", () => {
  const text = print([level("config", { verdict: "equivalent", covered: 1 })], "first", "equivalent");
  expect(text).toContain("≈ equivalent: 1 covered by rules");
  expect(text).not.toContain("required");
});

function print(
  levels: readonly LevelVerdict[],
  extent: PrintOptions["extent"] = "first",
  verdict: Verdict = "different",
) {
  const image = (name: string) => ({ name, id: `sha256:${"c".repeat(64)}` });
  const left = { ...image("acme/a:1"), base: { name: "acme/base", id: "sha256:d" } };
  const comparison: Comparison = { schemaVersion: 1, left, right: image("acme/a:2"), verdict, levels };
  const document = makeCompareDocument([comparison], "equivalent");
  checkDocument("compare-images", document);
  return printComparisons(document, { extent, stream });
}
