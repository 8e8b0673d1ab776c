import { expect, test } from "vitest";
import { acceptanceTable, rowsOf } from "./acceptance-table.ts";
import type { TestCase, TestFile } from "./run-tests.ts";

const one = (more: Partial<TestCase> = {}): TestCase => ({
  title: "a case",
  suites: ["Redis"],
  status: "passed",
  milliseconds: 1234,
  meta: {},
  ...more,
});
const WORKERS = "packages/cli/test/workers/faults.test.ts";
const runOf = (path: string, ...cases: TestCase[]) => {
  const file: TestFile = { path, passed: 0, failed: 0, skipped: 0, milliseconds: 0, failures: [], cases };
  return { passed: 0, failed: 0, skipped: 0, files: [file] };
};

test("a case has a row with its server, seconds and leftovers", () => {
  const meta = { leftovers: { containers: 0, tasks: 0 } };
  const rows = rowsOf(runOf(WORKERS, one({ meta }), one({ status: "skipped" })), []);
  expect(acceptanceTable(rows).split("\n").slice(2)).toEqual(["| Redis | a case | passed | 1.2 | none |"]);
  expect(rows).toMatchObject([{ isGood: true }]);
});

test("a case that failed, left something or was late is not good", () => {
  const times = [{ step: "begun again", milliseconds: 26_000, limit: 25_000 }];
  const rows = rowsOf(
    runOf(
      WORKERS,
      one({ status: "failed" }),
      one({ meta: { leftovers: { containers: 2, tasks: 0 } } }),
      one({ meta: { times } }),
    ),
    [],
  );
  expect(rows).toMatchObject([
    { result: "FAILED", isGood: false },
    { left: "2 containers", isGood: false },
    { result: "LATE", name: "a case; begun again in 26.0 s of 25.0 s", isGood: false },
  ]);
});

test("other files are one row, and the queue's part of a task is compared with its limit", () => {
  const overhead = [{ server: "Redis", milliseconds: 120, limit: 100 }];
  const rows = rowsOf(runOf("packages/cli/test/e2e/loaded-code.test.ts", one(), one()), overhead);
  expect(rows).toMatchObject([
    { server: "", name: "loaded-code.test.ts", seconds: 2.468, isGood: true },
    { server: "Redis", result: "LATE", isGood: false },
  ]);
});
