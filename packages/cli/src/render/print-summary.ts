// The block at the end of a session: failures with reasons, skipped targets, the counts, the time and the critical
// path.
import {
  describeFailure,
  type Outcome,
  type SessionFinished,
  type SessionView,
  type TargetFinished,
} from "@sti/core";
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

export function printSummary(session: SessionView, end: SessionFinished, view: FailedView): Summary {
  return { failures: printFailed(session, end, view), totals: printTotals(session, end, view) };
}

/**
 * All failures of a session, one block after the other. Targets that failed in the same way share one.
 */
export function printFailed(session: SessionView, end: SessionFinished, view: FailedView): readonly string[] {
  const groups = Map.groupBy(session.ended.failed.values(), waysToFail);
  const blocks = [
    ...[...groups.values()].map((events) => printFailedTargets(events, view)),
    ...end.failures.map((failure) => printFailure(failure, view)),
  ];
  return blocks.flatMap((block) => ["", ...block]);
}

export interface FailedView extends FailureView {
  /** "printed": it has been printed already; only the line with the error, or else the last few lines, are repeated. */
  readonly output?: "printed" | undefined;
}

/** One failed target as a block. */
export function printFailedTarget(event: TargetFinished, view: FailedView): readonly string[] {
  return printFailedTargets([event], view);
}

/** The first target's failures and output; without their place, if several targets failed in this way. */
function printFailedTargets(events: readonly TargetFinished[], view: FailedView): readonly string[] {
  const [event] = events;
  if (event === undefined) return [];
  const names = events.map(({ target }) => target).join(", ");
  const shared = events.length === 1 ? {} : { subject: names, place: "none" as const };
  const output = outputOf(event, view);
  const blocks = failuresOf(event).map((failure, index) =>
    printFailure(failure, view, index === 0 ? { ...shared, output } : shared),
  );
  // A target without a failure of its own still has its reason.
  const reason: Line = [{ text: "✖ ", style: "red" }, { text: names, style: "bold" }, `: ${event.reason}`];
  return [
    ...(blocks.length === 0
      ? [printLine(reason, view)]
      : blocks.flatMap((block, index) => [...(index === 0 ? [] : [""]), ...block])),
    ...logLines(events, view),
  ];
}

function failuresOf({ failure, otherFailures = [] }: TargetFinished) {
  return [failure, ...otherFailures].filter((each) => each !== undefined);
}

/** Failures with equal keys have one cause: the same words, and the same error in the output. */
function waysToFail(event: TargetFinished): string {
  const texts = failuresOf(event).map((failure) => describeFailure(failure));
  return JSON.stringify([event.reason, texts, event.errorLine ?? event.lastLines]);
}

/** The output that explains a failure: from the first error on, and the last lines. */
function outputOf(
  { errorLine, firstLines, lastLines = [], left = 0 }: TargetFinished,
  { output }: FailedView,
): readonly string[] {
  if (output === "printed") return errorLine === undefined ? lastLines.slice(-REPEATED_LINES) : [errorLine];
  if (firstLines === undefined) return lastLines;
  const end = lastLines.slice(-LAST_LINES);
  const between = left + lastLines.length - end.length;
  return [
    ...firstLines,
    ...(between === 0 ? [] : [`… ${between} more ${between === 1 ? "line" : "lines"} …`]),
    ...end,
  ];
}

/** Number of last lines that are repeated where none of them names the error. */
const REPEATED_LINES = 3;
/** Number of last lines below those of an earlier error. */
const LAST_LINES = 10;

function logLines(events: readonly TargetFinished[], view: FailureView): readonly string[] {
  const logs = events.flatMap(({ target }) => view.logOf?.(target) ?? []);
  const [log] = logs;
  if (log === undefined) return [];
  const file = formatFile(log, view.cwd);
  const others = logs.length === 1 ? "" : ` and ${logs.length - 1} more`;
  return [`  log: ${view.links === true ? linkToFile(file, log) : file}${others}`];
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

const countOrder = ["built", "restored", "up-to-date", "failed", "skipped", "cancelled"] as const;

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
