import { expect, test } from "vitest";
import { countComments, countProse } from "./word-counts.ts";

test("code, targets of links and comments in Markdown are no prose", () => {
  const text = [
    "What it tells is `what` it said: [what](what.md).",
    "```sh",
    "echo what it says",
    "```",
    "<!-- what -->",
  ].join("\n");
  expect(countProse(text)).toEqual({ words: 7, what: 2, tell: 2 });
});

test("comments of all forms count once, by how they begin", () => {
  const source = [
    "// What this file is for: lines that follow",
    "// which each other are one comment.",
    "",
    "/** The name. */",
    "/**",
    " * Where it is.",
    " * How it is read.",
    " */",
    "const a = 1; // how many",
    "// biome-ignore lint: what a directive is",
    'const url = "http://what.test";',
    "  // Whether it is there.",
  ].join("\n");
  expect(countComments(source)).toEqual({
    comments: 5,
    clauses: [
      { line: 1, text: "What this file is for: lines that follow" },
      { line: 6, text: "Where it is." },
      { line: 9, text: "how many" },
    ],
  });
});
