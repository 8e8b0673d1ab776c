import { expect, test } from "vitest";
import { matrixTable } from "./matrix-table.ts";
import type { TestFile } from "./run-tests.ts";

const file = (path: string, failures: readonly string[] = []): TestFile => ({
  path,
  passed: 3,
  failed: failures.length,
  skipped: 0,
  milliseconds: 10,
  cases: [],
  failures: failures.map((name) => ({ name, message: `\u001B[31mError: ${name}\u001B[39m\n    at a file` })),
});

const run = (...files: TestFile[]) => ({ passed: 0, failed: 0, skipped: 0, files });

test("each kind has a row with a count for each group of files", () => {
  const result = run(
    file("packages/engine-docker/src/docker-engine.engine.test.ts"),
    file("packages/engine-docker/src/registry.engine.test.ts"),
    file("packages/cli/test/e2e/run.test.ts"),
    file("packages/cli/test/e2e/build.test.ts"),
  );
  const table = matrixTable([{ kind: "docker28", version: "28.5.2", seconds: 61.4, result }]);
  expect(table.split("\n").at(-1)).toBe(
    "| docker28 | 28.5.2 | 3 passed | 3 passed | not run | 6 passed | 61 |",
  );
});

test("failures are counted in the row, and named below the table with what they say", () => {
  const result = run(file("packages/cli/test/e2e/run.test.ts", ["an app is built"]));
  const table = matrixTable([{ kind: "podman5", version: "5.8.6", seconds: 1, result }]);
  expect(table).toContain("3 passed, **1 failed**");
  expect(table.split("\n").slice(-3)).toEqual([
    "failed: podman5: run.test.ts: an app is built",
    "    Error: an app is built",
    "        at a file",
  ]);
});

test("a kind that did not start has its reason in the row", () => {
  const table = matrixTable([{ kind: "docker26", version: "", seconds: 0, result: "needs root" }]);
  expect(table).toContain("| docker26 |  | needs root |");
});
