import type { SessionFinished, TargetFinished } from "@sti/core";
import { expect, test } from "vitest";
import { fakeFinish, fakeSession, viewOf } from "../../test/fake-session.ts";
import { printJobSummary } from "./job-summary.ts";

const end = fakeSession({ names: ["api"], concurrency: 1 }).at(-1) as SessionFinished;

function print(finished: readonly TargetFinished[]): string {
  return printJobSummary(viewOf(finished).ended, end);
}

test("is a table with what failed first and what is up to date last", () => {
  const rows = print([
    fakeFinish("docs", "up-to-date", 1),
    fakeFinish("api", "built", 2),
    fakeFinish("web", "failed", 3),
  ])
    .split("\n")
    .filter((line) => line.startsWith("| "));
  expect(rows.slice(2).map((row) => row.split(" | ").slice(0, 2).join(" "))).toEqual([
    "| web ❌ failed",
    "| api ✅ built",
    "| docs 🔵 up to date",
  ]);
});

test("text of others is nothing but text in it", () => {
  const event = { ...fakeFinish("api", "built", 2), reason: "<img src=x> | [a](b)\u001b[31m `c`" };
  const summary = print([event]);
  expect(summary).toContain(String.raw`\<img src=x\> \| \[a\]\(b\) \`c\` |`);
});

test("a thousand rows are enough", () => {
  const many = Array.from({ length: 1005 }, (_, index) => fakeFinish(`t${index}`, "built", 1));
  expect(print(many)).toContain("and 5 more");
});
