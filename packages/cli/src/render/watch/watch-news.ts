// Events of a watch that are printed once above the live part of the screen. Targets that are up to date share a line.
import { isWatchEvent, type SessionEvent, type SessionView, type WatchEvent } from "@sti/core";
import { isNews, type News } from "../draw-screen.ts";
import { eventLines } from "../event-lines.ts";
import type { Line } from "../line.ts";

export type WatchNews =
  | News
  | WatchEvent
  | { readonly type: "up-to-date"; readonly at: number; readonly targets: readonly string[] }
  /** Steps and output of builds. */
  | { readonly type: "said"; readonly at: number; readonly lines: readonly Line[] };

export interface NewsQueue {
  add(event: SessionEvent): void;
  /** Forgets them. */
  take(): readonly WatchNews[];
}

/** `verbose`: the session whose steps and output are printed, too; it has taken each event before. */
export function queueNews({ verbose }: { readonly verbose?: SessionView | undefined } = {}): NewsQueue {
  let news: WatchNews[] = [];
  /** Found up to date since the last idle time. */
  let upToDate: string[] = [];
  return {
    add(event) {
      if (event.type === "target-finished") {
        if (event.outcome === "up-to-date") upToDate.push(event.target);
        // A cancelled build starts again, or is no longer needed.
        else if (event.outcome !== "cancelled") news.push(event);
        return;
      }
      if (event.type === "watch-settled" && upToDate.length > 0) {
        news.push({ type: "up-to-date", at: event.at, targets: upToDate });
        upToDate = [];
      }
      if (isNews(event) || isWatchEvent(event)) news.push(event);
      else if (verbose !== undefined) {
        const lines = eventLines(event, { session: verbose, verbose: true });
        if (lines.length > 0) news.push({ type: "said", at: event.at, lines });
      }
    },
    take() {
      const taken = news;
      news = [];
      return taken;
    },
  };
}
