// The block at the end of a session: failures with reasons, skipped targets, the counts, the time and the critical
// path.
import type { Outcome, SessionFinished, SessionView, TargetFinished } from "@sti/core";
import { outcomeMarks } from "./finished-line.ts";
import { formatDuration } from "./format-amount.ts";
import { type Line, type LineView, type Piece, printLine } from "./line.ts";
import { type FailureView, formatFile, printFailure } from "./print-failure.ts";
import { linkToFile } from "./terminal-link.ts";
import { wrapLine } from "./wrap-line.ts";

export interface Summary {
  /** Failure blocks, for stderr; empty when nothing failed. */
  readonly failures: readonly string[];
  /** The rest, for stdout. */
  readonly totals: readonly string[];
}

export function printSummary(session: SessionView, end: SessionFinished, view: FailureView): Summary {
  return { failures: printFailed(session, end, view), totals: printTotals(session, end, view) };
}

/** One failed target as a block; a target without a failure of its own still has its reason. */
export function printFailedTarget(event: TargetFinished, view: FailureView): readonly string[] {
  const failures = [event.failure, ...(event.otherFailures ?? [])].filter((failure) => failure !== undefined);
  const log = view.logOf?.(event.target);
  const shownLog =
    log === undefined
      ? []
      : [
          `  log: ${view.links === true ? linkToFile(formatFile(log, view.cwd), log) : formatFile(log, view.cwd)}`,
        ];
  if (failures.length > 0) {
    return [
      ...failures.flatMap((failure, index) => [
        ...(index === 0 ? [] : [""]),
        ...printFailure(failure, view, index === 0 ? event.lastLines : []),
      ]),
      ...shownLog,
    ];
  }
  return [
    printLine(
      [{ text: "✖ ", style: "red" }, { text: event.target, style: "bold" }, `: ${event.reason}`],
      view,
    ),
    ...shownLog,
  ];
}

function printFailed(session: SessionView, end: SessionFinished, view: FailureView): readonly string[] {
  const blocks = [
    ...[...session.ended.failed.values()].map((event) => printFailedTarget(event, view)),
    ...end.failures.map((failure) => printFailure(failure, view)),
  ];
  return blocks.flatMap((block) => ["", ...block]);
}

function printTotals(session: SessionView, end: SessionFinished, view: LineView): readonly string[] {
  const { cancelled, failed, skipped } = session.ended;
  const missing = [
    ...failedNames([...failed.values()]),
    ...notBuilt("skipped", skipped.values()),
    ...notBuilt("cancelled", cancelled.values()),
  ];
  const path = criticalPath(end);
  const lines = [
    [],
    ...missing,
    ...(missing.length === 0 ? [] : [[]]),
    countsLine(end),
    ...(path === undefined ? [] : [path]),
  ];
  return lines
    .flatMap((line) => wrapLine(line, { columns: view.columns, indent: 2 }))
    .map((line) => printLine(line, { ...view, columns: Number.POSITIVE_INFINITY }));
}

/** If several targets failed, the first ones may be far above. */
function failedNames(events: readonly TargetFinished[]): readonly Line[] {
  return events.length < 2 ? [] : [namesLine("failed", events, "")];
}

/** Targets with the same reason share a line. */
function notBuilt(outcome: Outcome, events: Iterable<TargetFinished>): readonly Line[] {
  const byReason = Map.groupBy(events, (event) => event.reason);
  return [...byReason].map(([reason, group]) => namesLine(outcome, group, reason));
}

function namesLine(outcome: Outcome, events: readonly TargetFinished[], reason: string): Line {
  const { mark, style } = outcomeMarks[outcome];
  return [
    { text: mark, style },
    " ",
    { text: listNames(events.map((event) => event.target)), style: "bold" },
    { text: `  ${outcome}${reason === "" ? "" : `: ${reason}`}`, style: "dim" },
  ];
}

/** Number of names listed for targets that share a reason. */
const shownNames = 8;

function listNames(names: readonly string[]): string {
  if (names.length <= shownNames) return names.join(", ");
  return `${names.slice(0, shownNames).join(", ")} and ${names.length - shownNames} more`;
}

const countOrder = ["built", "up-to-date", "failed", "skipped", "cancelled"] as const;

function countsLine(end: SessionFinished): Line {
  const counts = countOrder
    .filter((outcome) => end.outcomes[outcome] > 0)
    .map((outcome): Piece => {
      const { style } = outcomeMarks[outcome];
      const words = outcome === "up-to-date" ? "up to date" : outcome;
      return { text: `${end.outcomes[outcome]} ${words}`, style, whole: true };
    });
  const parts: readonly Piece[] = counts.length === 0 ? [{ text: "nothing to do" }] : counts;
  return [
    ...parts.flatMap((piece, index) =>
      index === 0 ? [piece] : [{ text: " · ", style: "dim" as const }, piece],
    ),
    { text: `  in ${formatDuration(end.duration)}`, style: "dim" },
  ];
}

/** Shown if it is informative: more than one target decided the time. */
function criticalPath(end: SessionFinished): Line | undefined {
  const names = end.criticalPath;
  const nothingDone = end.outcomes.built + end.outcomes.failed === 0;
  if (names.length < 2 || end.criticalDuration <= 0 || nothingDone) return undefined;
  const shown =
    names.length <= 6 ? names : [...names.slice(0, 3), `${names.length - 5} more`, ...names.slice(-2)];
  const times = `${formatDuration(end.criticalDuration)} of ${formatDuration(end.duration)}`;
  return [{ text: `critical path: ${shown.join(" → ")} (${times})`, style: "dim" }];
}
