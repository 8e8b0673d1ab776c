import { expect, test } from "vitest";
import type { CaseResult } from "./case-result.ts";
import { printResults, summarise, toRows } from "./print-results.ts";

const result: CaseResult = {
  id: "clean-container/500/POST /commit#1",
  scenario: "clean-container",
  fault: "500",
  findings: [],
  leftAtFirst: 0,
  interrupted: undefined,
  isMissed: false,
  printed: "",
  exitCode: 4,
};

test("a row counts runs with a finding, not findings", () => {
  const finding = { kind: "leftover", text: "volume v" } as const;
  const [row] = toRows([result, { ...result, findings: [finding, finding], leftAtFirst: 2 }]);
  expect(row).toEqual({
    scenario: "clean-container",
    fault: "500",
    runs: 2,
    counts: [0, 0, 0, 1, 0, 0],
    leftAtFirst: 1,
    missed: 0,
  });
});

test("each finding is printed with the command that repeats it", () => {
  const text = printResults([{ ...result, findings: [{ kind: "no end", text: "still ran" }] }]);
  expect(text).toContain("./pnpmw sweep --only 'clean-container/500/POST /commit#1'\n  no end: still ran\n");
});

test("times are summarised by median, 95th percentile and maximum", () => {
  const times = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(summarise(times)).toEqual({ count: 100, p50: 50, p95: 95, max: 100 });
  expect(summarise([])).toBeUndefined();
});
