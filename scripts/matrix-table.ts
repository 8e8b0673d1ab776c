// The matrix as text: a row for each kind of engine, a column for each group of test files, and the tests that failed.
import { describeFailures, type TestFile, type TestRun } from "./run-tests.ts";

export interface MatrixRow {
  readonly kind: string;
  readonly version: string;
  readonly seconds: number;
  /** Test run, or the reason why there is none: the engine did not start, or is unavailable. */
  readonly result: TestRun | string;
}

const groups: readonly (readonly [string, RegExp])[] = [
  ["contract", /docker-engine\.engine\.test\.ts$/],
  ["registry", /registry\.engine\.test\.ts$/],
  ["other engine tests", /\.engine\.test\.ts$/],
  ["end to end", /\/(?:e2e|field)\//],
];

/** A table in Markdown, then the failures of each kind. */
export function matrixTable(rows: readonly MatrixRow[]): string {
  const names = groups.map(([name]) => name);
  const lines = [
    ["engine", "version", ...names, "seconds"],
    ["---", "---", ...names.map(() => "---"), "---:"],
  ];
  for (const { kind, version, seconds, result } of rows) {
    const cells =
      typeof result === "string" ? names.map((_, index) => (index === 0 ? result : "")) : cellsOf(result);
    lines.push([kind, version, ...cells, String(Math.round(seconds))]);
  }
  const table = lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  const failures = rows.flatMap(({ kind, result }) =>
    typeof result === "string" ? [] : describeFailures(result, `${kind}: `),
  );
  return [table, ...failures].join("\n\n");
}

function cellsOf({ files }: TestRun): readonly string[] {
  return groups.map(([name]) => {
    const own = files.filter(({ path }) => groupOf(path) === name);
    if (own.length === 0) return "not run";
    const sum = (count: (file: TestFile) => number) => own.reduce((total, file) => total + count(file), 0);
    const failed = sum((file) => file.failed);
    const skipped = sum((file) => file.skipped);
    const parts = [`${sum((file) => file.passed)} passed`];
    if (failed > 0) parts.push(`**${failed} failed**`);
    if (skipped > 0) parts.push(`${skipped} skipped`);
    return parts.join(", ");
  });
}

function groupOf(path: string): string | undefined {
  return groups.find(([, pattern]) => pattern.test(path))?.[0];
}
