// Lines printed once for each event of a watch: with the time, and the blocks of failures. Pure.
import type { SessionEvent, SessionView } from "@sti/core";
import { printScrolled } from "../draw-screen.ts";
import { finishedLine, pushedLine, warningLine } from "../finished-line.ts";
import { formatClock } from "../format-moment.ts";
import type { Line } from "../line.ts";
import { printFailure } from "../print-failure.ts";
import { type FailedView, printFailedTarget } from "../print-summary.ts";
import { listNames, watchLine } from "./watch-line.ts";
import type { WatchNews } from "./watch-news.ts";

export function drawNews(news: WatchNews, session: SessionView, view: FailedView): readonly string[] {
  return [...lineOf(news, session, view), ...blocksOf(news, view)];
}

/** Blocks of failures, not cut to the terminal's width. */
export function blocksOf(event: WatchNews | SessionEvent, view: FailedView): readonly string[] {
  if (event.type === "target-finished" && event.outcome === "failed") return printFailedTarget(event, view);
  if (event.type === "config-broken") return event.failures.flatMap((failure) => printFailure(failure, view));
  return [];
}

/** The line with the time before it. */
export function timed(at: number, line: Line): Line {
  return [{ text: `${formatClock(at)} `, style: "dim" }, ...line];
}

function lineOf(news: WatchNews, session: SessionView, view: FailedView): readonly string[] {
  const print = (line: Line) => [printScrolled(timed(news.at, line), view)];
  const timeColumns = formatClock(news.at).length + 1;
  switch (news.type) {
    case "session-warning":
    case "target-warning":
      return print(warningLine(news));
    case "target-pushed":
      return print(pushedLine(news));
    case "target-finished": {
      // The block below has the reason of a failure.
      const shown = news.outcome === "failed" ? { ...news, reason: "" } : news;
      return print(finishedLine(shown, session.targets.get(news.target)?.tag, view.columns - timeColumns));
    }
    case "said":
      return news.lines.flatMap(print);
    case "up-to-date":
      return print([
        { text: "●", style: "blue" },
        " ",
        { text: listNames(news.targets), style: "bold" },
        { text: "  up to date", style: "blue" },
      ]);
    // The live part shows it.
    case "watch-settled":
    case "files-changed":
    case "container-probed":
      return [];
    default:
      return print(watchLine(news));
  }
}
