// The table of a sweep, and the list of its findings. Measures nothing.
import type { CaseResult } from "./case-result.ts";
import { FINDINGS } from "./judge-run.ts";

export interface Row {
  readonly scenario: string;
  readonly fault: string;
  readonly runs: number;
  /** Runs with a finding of each kind, in the order of FINDINGS. */
  readonly counts: readonly number[];
  /** Runs after which something was left until the next session. */
  readonly leftAtFirst: number;
  readonly missed: number;
}

/** One row for each pair of scenario and fault, in the order in which they came first. */
export function toRows(results: readonly CaseResult[]): readonly Row[] {
  const groups = Map.groupBy(results, ({ fault, scenario }) => `${scenario}\n${fault}`);
  return [...groups].map(([name, group]) => {
    const [scenario = "", fault = ""] = name.split("\n");
    return toRow(scenario, fault, group);
  });
}

export function toRow(scenario: string, fault: string, results: readonly CaseResult[]): Row {
  const count = (fits: (result: CaseResult) => boolean) => results.filter(fits).length;
  return {
    scenario,
    fault,
    runs: results.length,
    counts: FINDINGS.map((kind) => count(({ findings }) => findings.some((one) => one.kind === kind))),
    leftAtFirst: count(({ leftAtFirst }) => leftAtFirst > 0),
    missed: count(({ isMissed }) => isMissed),
  };
}

/** Median, 95th percentile and maximum of milliseconds; undefined without any. */
export function summarise(times: readonly number[]) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return sorted.length === 0
    ? undefined
    : { count: sorted.length, p50: Math.max(0, at(0.5)), p95: at(0.95), max: at(1) };
}

/** Ends with a line break. */
export function printResults(results: readonly CaseResult[]): string {
  const head = ["scenario", "fault", "runs", ...FINDINGS, "left at first", "missed"];
  const total = toRow("all", "", results);
  const lines = [head, ...[...toRows(results), total].map(cellsOf)];
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const table = lines.map((cells) =>
    cells
      .map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
  const ends = [
    ...printTimes("one call hangs", results, (fault) => fault === "hang" || fault === "mute"),
    ...printTimes("no call is answered", results, (fault) => fault === "silent"),
    ...printTimes("nothing hangs", results, (fault) => fault === "SIGINT"),
  ];
  return [...table, "", ...ends, ...printFindings(results), ""].join("\n");
}

function printTimes(
  name: string,
  results: readonly CaseResult[],
  fits: (fault: string) => boolean,
): readonly string[] {
  const times = summarise(results.flatMap(({ fault, interrupted }) => (fits(fault) && interrupted) || []));
  if (times === undefined) return [];
  const { count, max, p50, p95 } = times;
  return [
    `SIGINT to exit where ${name}: p50 ${seconds(p50)}, p95 ${seconds(p95)}, max ${seconds(max)} (${count} runs)`,
  ];
}

function cellsOf({ counts, fault, leftAtFirst, missed, runs, scenario }: Row): readonly string[] {
  return [scenario, fault, ...[runs, ...counts, leftAtFirst, missed].map(String)];
}

function printFindings(results: readonly CaseResult[]): readonly string[] {
  return results
    .filter(({ findings }) => findings.length > 0)
    .flatMap(({ exitCode, findings, id, printed }) => [
      "",
      `./pnpmw sweep --only '${id}'`,
      ...findings.map(({ kind, text }) => `  ${kind}: ${text}`),
      `  exit code ${exitCode}; printed: ${printed}`,
    ]);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
