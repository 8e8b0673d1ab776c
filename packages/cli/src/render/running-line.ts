// The line of a target that is being worked on, on the screens of a session and of a watch. Pure.
import type { TargetView } from "@sti/core";
import { formatDuration, formatProgress } from "./format-amount.ts";
import { fitText, type Line } from "./line.ts";
import { sanitizeLine } from "./sanitize.ts";
import { textWidth } from "./text-width.ts";

const spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
const spinnerStep = 80;
/** Enough for 59m 59s, so that the texts after it are aligned. */
export const durationColumns = 7;

/** `work`: the text between the duration and the progress. */
export function runningLine(
  { lastLine, name, runningSince, step }: TargetView,
  { nameColumns, now, work }: { readonly nameColumns: number; readonly now: number; readonly work: Line },
): Line {
  return [
    { text: spinner[Math.floor(now / spinnerStep) % spinner.length] ?? "", style: "cyan" },
    " ",
    { text: fitText(name, nameColumns), style: "bold" },
    { text: formatDuration(now - (runningSince ?? now)).padStart(durationColumns), style: "dim" },
    ...work,
    step?.progress === undefined
      ? ""
      : { text: `  ${formatProgress(step.progress.current, step.progress.total)}`, style: "cyan" },
    lastLine === undefined ? "" : { text: `  ${sanitizeLine(lastLine).trim()}`, style: "dim" },
  ];
}

/** The title of the step that runs or has just ended. */
export function titleOf({ step, steps }: TargetView): string | undefined {
  return step?.title ?? steps.at(-1)?.title;
}

/** As wide as the widest name, within a third of the terminal. */
export function columnsForNames(names: readonly string[], columns: number): number {
  const widest = names.reduce((width, name) => Math.max(width, textWidth(name)), 0);
  return Math.min(widest, Math.max(6, Math.floor(columns / 3)));
}
