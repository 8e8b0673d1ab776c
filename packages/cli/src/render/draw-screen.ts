// One frame of the viewport: lines that are finished and scroll away, and the live ones below them. Pure.
import type {
  SessionEvent,
  SessionView,
  SessionWarning,
  TargetFinished,
  TargetPushed,
  TargetWarning,
} from "@sti/core";
import { finishedLine, pushedLine, warningLine } from "./finished-line.ts";
import { formatDuration } from "./format-amount.ts";
import { cutText, type Line, printLine } from "./line.ts";
import { columnsForNames, runningLine, titleOf } from "./running-line.ts";
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
  /** Lines for the news, of any width: printed once, never touched again. */
  readonly scroll: readonly string[];
  /** Lines to be redrawn; with the cursor's line below them never more than the terminal's rows. */
  readonly live: readonly string[];
}

/** Events with a line of their own. */
export type News = SessionWarning | TargetFinished | TargetPushed | TargetWarning;

export function isNews(event: SessionEvent): event is News {
  return NEWS.has(event.type);
}

const NEWS: ReadonlySet<SessionEvent["type"]> = new Set<News["type"]>([
  "session-warning",
  "target-finished",
  "target-pushed",
  "target-warning",
]);

export function drawScreen(session: SessionView, news: readonly News[], view: ScreenView): Frame {
  const scroll = news.map((event) =>
    printScrolled(
      event.type === "target-warning" || event.type === "session-warning"
        ? warningLine(event)
        : event.type === "target-pushed"
          ? pushedLine(event)
          : finishedLine(event, session.targets.get(event.target)?.tag, view.columns),
      view,
    ),
  );
  const live = session.end === undefined ? liveLines(session, view) : [];
  return { scroll, live: live.map((line) => printLine(line, view)) };
}

/** Whole: the terminal wraps it. */
export function printScrolled(line: Line, { colour }: Pick<ScreenView, "colour">): string {
  return printLine(line, { colour, columns: Number.POSITIVE_INFINITY });
}

function liveLines(session: SessionView, view: ScreenView): readonly Line[] {
  if (session.started === undefined || view.rows < 2) return [];
  const room = view.rows - 2;
  const running = [...session.running.values()];
  const shown = running.length <= room ? running : running.slice(0, Math.max(0, room - 1));
  const nameColumns = columnsForNames(
    shown.map(({ name }) => name),
    view.columns,
  );
  const lines = shown.map((target) => {
    const title = titleOf(target);
    const work = title === undefined ? [] : [`  ${title}`];
    return runningLine(target, { nameColumns, now: view.now, work });
  });
  if (room > 0 && shown.length < running.length) {
    lines.push([{ text: `  … ${running.length - shown.length} more running`, style: "dim" }]);
  }
  const last =
    view.wait === undefined
      ? statusLine(session, session.started.at, view)
      : stoppingLine(view.wait, view.columns);
  return [...lines, last];
}

function stoppingLine(wait: string, columns: number): Line {
  return [{ text: cutText(`  stopping: ${wait}`, columns), style: "yellow" }];
}

/** Whole parts are left out from the end where they do not fit; the time is kept longest after the count. */
function statusLine(session: SessionView, startedAt: number, view: ScreenView): Line {
  const { ended, running, targets } = session;
  const done = Object.values(ended).reduce((sum, { size }) => sum + size, 0);
  const waiting = Math.max(0, targets.size - done - running.size);
  const count = `${done}/${targets.size} done`;
  const failed = ended.failed.size === 0 ? undefined : `${ended.failed.size} failed`;
  const time = formatDuration(view.now - startedAt);
  const middle = [`${running.size} running`, `${waiting} waiting`];
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
