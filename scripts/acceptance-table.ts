// The cases of `./pnpmw acceptance` as a table. A case is good if it passed, left nothing and took no longer than people wait for.
import type { TestCase, TestRun } from "./run-tests.ts";

export interface AcceptanceRow {
  /** "Redis", "PostgreSQL"; "" for a case without a queue. */
  readonly server: string;
  readonly name: string;
  readonly result: string;
  readonly seconds: number;
  /** "none", or numbers of things by kind; "" if the engines are compared before and after the file alone. */
  readonly left: string;
  readonly isGood: boolean;
}

/** The queue's part of a task. */
export interface OverheadRow {
  readonly server: string;
  readonly milliseconds: number;
  readonly limit: number;
}

interface Timed {
  readonly step: string;
  readonly milliseconds: number;
  readonly limit: number;
}

const SERVER = /^(?:a queue in )?(Redis|PostgreSQL)$/;

/** Skipped tests have no row. Those of a file that is not about queues are one row. */
export function rowsOf({ files }: TestRun, overhead: readonly OverheadRow[]): readonly AcceptanceRow[] {
  const rows = files.flatMap(({ cases, path }) => {
    const run = cases.filter(({ status }) => status === "passed" || status === "failed");
    if (/\/(?:workers\/|e2e\/queue)/.test(path)) return run.map(rowOf);
    if (run.length === 0) return [];
    const isGood = run.every(({ status }) => status === "passed");
    const seconds = run.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
    const name = path.split("/").at(-1) ?? path;
    return [{ server: "", name, result: isGood ? "passed" : "FAILED", seconds, left: "", isGood }];
  });
  const measured = overhead.map(({ limit, milliseconds, server }): AcceptanceRow => {
    const name = `the queue's part of a task: ${Math.round(milliseconds)} ms of ${limit} ms`;
    const isGood = milliseconds < limit;
    return {
      server,
      name,
      result: isGood ? "passed" : "LATE",
      seconds: milliseconds / 1000,
      left: "",
      isGood,
    };
  });
  return [...rows, ...measured];
}

function rowOf({ meta, milliseconds, status, suites, title }: TestCase): AcceptanceRow {
  const [, server = ""] = suites.flatMap((suite) => SERVER.exec(suite) ?? []);
  const times = (meta.times ?? []) as readonly Timed[];
  const leftovers = meta.leftovers as Readonly<Record<string, number>> | undefined;
  const left = Object.entries(leftovers ?? {}).filter(([, count]) => count > 0);
  const late = times.filter((time) => time.milliseconds > time.limit);
  const seconds = (number: number) => `${(number / 1000).toFixed(1)} s`;
  const details = times.map(
    (time) => `${time.step} in ${seconds(time.milliseconds)} of ${seconds(time.limit)}`,
  );
  return {
    server,
    name: [title, ...details].join("; "),
    result: status === "failed" ? "FAILED" : late.length > 0 ? "LATE" : "passed",
    seconds: milliseconds / 1000,
    left: leftovers === undefined ? "" : left.map(([kind, count]) => `${count} ${kind}`).join(", ") || "none",
    isGood: status === "passed" && late.length === 0 && left.length === 0,
  };
}

/** In Markdown, the servers side by side in the order of the cases. */
export function acceptanceTable(rows: readonly AcceptanceRow[]): string {
  const lines = [
    ["queue", "case", "result", "seconds", "leftovers"],
    ["---", "---", "---", "---:", "---"],
    ...rows.map(({ left, name, result, seconds, server }) => [
      server,
      name,
      result,
      seconds.toFixed(1),
      left,
    ]),
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
