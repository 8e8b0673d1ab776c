// Events of a watch that are printed once above the live part of the screen. Targets that are up to date share a line.
import { isWatchEvent, type SessionEvent, type SessionView, type WatchEvent } from "@sti/core";
import { isNews, type News } from "../draw-screen.ts";
import { eventLines } from "../event-lines.ts";
import type { Line } from "../line.ts";
import type { Shown } from "./watch-ui.ts";

export type WatchNews =
  | News
  | WatchEvent
  | { readonly type: "up-to-date"; readonly at: number; readonly targets: readonly string[] }
  /** Steps and output of builds. */
  | {
      readonly type: "said";
      readonly at: number;
      readonly target: string | undefined;
      readonly lines: readonly Line[];
    };

/** By its event; whether its line has a text is found out when it is drawn. */
export function isShown(news: WatchNews, shown: Shown): boolean {
  switch (shown.kind) {
    case "all":
    case "text":
      return true;
    case "only":
      return "target" in news
        ? news.target === shown.name
        : "targets" in news &&
            news.targets.some((one) => (typeof one === "string" ? one : one.name) === shown.name);
    case "failures":
      return PROBLEMS.has(news.type) || (news.type === "target-finished" && news.outcome === "failed");
    default:
      return shown satisfies never;
  }
}

const PROBLEMS: ReadonlySet<WatchNews["type"]> = new Set<WatchNews["type"]>([
  ...(["session-warning", "target-warning", "target-paused", "config-broken"] as const),
  ...(["engine-lost", "engine-back", "container-failed"] as const),
]);

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
        if (lines.length > 0) news.push({ type: "said", at: event.at, target: targetOf(event), lines });
      }
    },
    take() {
      const taken = news;
      news = [];
      return taken;
    },
  };
}

function targetOf(event: SessionEvent): string | undefined {
  return "target" in event ? event.target : undefined;
}
