// One frame of the viewport: lines that are finished and scroll away, and the live ones below them. Pure.
import { finishedLine, pushedLine, warningLine } from "./finished-line.ts";
import { formatDuration } from "./format-amount.ts";
import { cutText, type Line, printLine } from "./line.ts";
import { columnsForNames, runningLine } from "./running-line.ts";
import type { ScreenState } from "./screen-state.ts";
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
  const nameColumns = columnsForNames(
    shown.map(({ name }) => name),
    view.columns,
  );
  const lines = shown.map((target) => {
    const work = target.title === undefined ? [] : [`  ${target.title}`];
    return runningLine(target, { nameColumns, now: view.now, work });
  });
  if (room > 0 && shown.length < running.length) {
    lines.push([{ text: `  … ${running.length - shown.length} more running`, style: "dim" }]);
  }
  const last =
    view.wait === undefined
      ? statusLine(state, state.startedAt, view)
      : stoppingLine(view.wait, view.columns);
  return [...lines, last];
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
