// One frame of the viewport: lines that are finished and scroll away, and the live ones below them. Pure.
import { finishedLine, pushedLine, warningLine } from "./finished-line.ts";
import { formatDuration, formatProgress } from "./format-amount.ts";
import { cutText, fitText, type Line, printLine } from "./line.ts";
import { sanitizeLine } from "./sanitize.ts";
import type { RunningTarget, ScreenState } from "./screen-state.ts";
import { textWidth } from "./text-width.ts";

export interface ScreenView {
  readonly columns: number;
  readonly rows: number;
  /** Milliseconds since 1970, by the session's clock. */
  readonly now: number;
  readonly colour: boolean;
  /** Work that delays the process's end. */
  readonly wait?: string | undefined;
}

export interface Frame {
  /** Lines for the state's news: printed once, never touched again. */
  readonly scroll: readonly string[];
  /** Lines to be redrawn; with the cursor's line below them never more than the terminal's rows. */
  readonly live: readonly string[];
}

export function drawScreen(state: ScreenState, view: ScreenView): Frame {
  const print = (line: Line) => printLine(line, view);
  const scroll = state.news.map((news) =>
    print(
      news.type === "target-warning" || news.type === "session-warning"
        ? warningLine(news)
        : news.type === "target-pushed"
          ? pushedLine(news)
          : finishedLine(news, state.tags.get(news.target), view.columns),
    ),
  );
  return { scroll, live: state.end === undefined ? liveLines(state, view).map(print) : [] };
}

function liveLines(state: ScreenState, view: ScreenView): readonly Line[] {
  if (state.startedAt === undefined || view.rows < 2) return [];
  const room = view.rows - 2;
  const running = [...state.running.values()];
  const shown = running.length <= room ? running : running.slice(0, Math.max(0, room - 1));
  const nameColumns = columnsForNames(shown, view.columns);
  const lines = shown.map((target) => runningLine(target, nameColumns, view));
  if (room > 0 && shown.length < running.length) {
    lines.push([{ text: `  … ${running.length - shown.length} more running`, style: "dim" }]);
  }
  const last =
    view.wait === undefined
      ? statusLine(state, state.startedAt, view)
      : stoppingLine(view.wait, view.columns);
  return [...lines, last];
}

const spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
const spinnerStep = 80;
/** Enough for 59m 59s, so that titles stand below each other. */
const durationColumns = 7;

function runningLine(target: RunningTarget, nameColumns: number, view: ScreenView): Line {
  const { title, progress, lastLine } = target;
  return [
    { text: spinner[Math.floor(view.now / spinnerStep) % spinner.length] ?? "", style: "cyan" },
    " ",
    { text: fitText(target.name, nameColumns), style: "bold" },
    { text: formatDuration(view.now - target.startedAt).padStart(durationColumns), style: "dim" },
    title === undefined ? "" : `  ${title}`,
    progress === undefined
      ? ""
      : { text: `  ${formatProgress(progress.current, progress.total)}`, style: "cyan" },
    lastLine === undefined ? "" : { text: `  ${sanitizeLine(lastLine).trim()}`, style: "dim" },
  ];
}

/** As wide as the widest name, within a third of the terminal. */
function columnsForNames(targets: readonly RunningTarget[], columns: number): number {
  const widest = targets.reduce((width, target) => Math.max(width, textWidth(target.name)), 0);
  return Math.min(widest, Math.max(6, Math.floor(columns / 3)));
}

function stoppingLine(wait: string, columns: number): Line {
  return [{ text: cutText(`  stopping: ${wait}`, columns), style: "yellow" }];
}

/** Whole parts are left out from the end where they do not fit; the time is kept longest after the count. */
function statusLine(state: ScreenState, startedAt: number, view: ScreenView): Line {
  const waiting = Math.max(0, state.total - state.done - state.running.size);
  const count = `${state.done}/${state.total} done`;
  const failed = state.failed.length === 0 ? undefined : `${state.failed.length} failed`;
  const time = formatDuration(view.now - startedAt);
  const middle = [`${state.running.size} running`, `${waiting} waiting`];
  for (;;) {
    const parts = [count, failed, ...middle, time].filter((part) => part !== undefined);
    if (textWidth(`  ${parts.join(" · ")}`) <= view.columns || middle.pop() === undefined) {
      return parts.flatMap((part, index) => [
        { text: index === 0 ? "  " : " · ", style: "dim" as const },
        { text: cutText(part, view.columns), style: part === failed ? ("red" as const) : ("dim" as const) },
      ]);
    }
  }
}
