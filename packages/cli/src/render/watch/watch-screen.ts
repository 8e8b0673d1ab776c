// State of a watch's screen, folded from its events: the session's screen and the additions of a watch. Pure; drawing
// it is draw-watch.ts.
import type {
  Cause,
  Failure,
  SessionEvent,
  TargetFinished,
  TargetStarted,
  WatchEvent,
  WatchSettled,
} from "@sti/core";
import { advanceScreen, emptyScreen, type News, type ScreenState, withoutNews } from "../screen-state.ts";
import { describePaths } from "./watch-line.ts";

/** Reason for a target's last build. */
export interface LastBuild {
  readonly at: number;
  readonly reason: string;
  readonly causes: readonly Cause[];
}

export interface WatchScreen {
  readonly session: ScreenState;
  /** In the order of the graph: dependencies first. */
  readonly names: readonly string[];
  /** Changes of each target that is inspected because of them, in words. */
  readonly changes: ReadonlyMap<string, string>;
  readonly lastBuilds: ReadonlyMap<string, LastBuild>;
  /** Targets whose last build failed. */
  readonly failed: ReadonlyMap<string, TargetFinished>;
  /** Targets that were brought up to date at least once. */
  readonly made: ReadonlySet<string>;
  /** Reasons why the config cannot be used; empty if it can. */
  readonly configFailures: readonly Failure[];
  /** Milliseconds since 1970; undefined while the engine answers. */
  readonly engineLostAt: number | undefined;
  /** Nothing runs or waits since then. */
  readonly settled: WatchSettled | undefined;
  /** The command of --exec, while it runs. */
  readonly command: { readonly text: string; readonly startedAt: number } | undefined;
  /** Found up to date since the last idle time: printed together. */
  readonly upToDate: readonly string[];
  /** Events since the news were last taken; printed once and never redrawn. */
  readonly news: readonly WatchNews[];
}

export type WatchNews =
  | News
  | WatchEvent
  | { readonly type: "up-to-date"; readonly at: number; readonly targets: readonly string[] };

export const emptyWatch: WatchScreen = {
  session: emptyScreen,
  names: [],
  changes: new Map(),
  lastBuilds: new Map(),
  failed: new Map(),
  made: new Set(),
  configFailures: [],
  engineLostAt: undefined,
  settled: undefined,
  command: undefined,
  upToDate: [],
  news: [],
};

export function advanceWatchScreen(screen: WatchScreen, event: SessionEvent): WatchScreen {
  const state = { ...screen, session: withoutNews(advanceScreen(screen.session, event)) };
  switch (event.type) {
    case "session-started":
      return { ...emptyWatch, session: state.session, names: event.targets.map(({ name }) => name) };
    case "files-changed":
      return { ...state, settled: undefined, changes: withChanges(state.changes, event) };
    case "target-started":
      return { ...state, settled: undefined, lastBuilds: withBuild(state.lastBuilds, event) };
    case "target-finished":
      return finishTarget(state, event);
    case "watch-settled":
      return {
        ...state,
        settled: event,
        changes: new Map(),
        upToDate: [],
        news: [...withUpToDate(state, event.at), event],
      };
    case "config-reloaded": {
      const names = event.targets.map(({ name }) => name);
      return {
        ...withNews(state, event),
        names,
        configFailures: [],
        failed: only(state.failed, names),
        changes: only(state.changes, names),
        lastBuilds: only(state.lastBuilds, names),
      };
    }
    case "config-broken":
      return { ...withNews(state, event), configFailures: event.failures };
    case "engine-lost":
      return { ...withNews(state, event), engineLostAt: event.at };
    case "engine-back":
      return { ...withNews(state, event), engineLostAt: undefined };
    case "command-started":
      return { ...withNews(state, event), command: { text: event.command, startedAt: event.at } };
    case "command-finished":
      return { ...withNews(state, event), command: undefined };
    case "step-started":
    case "step-progress":
    case "step-finished":
    case "target-output":
    case "session-finished":
      return state;
    default:
      return withNews(state, event);
  }
}

/** The same screen once its news have been printed. */
export function withoutWatchNews(screen: WatchScreen): WatchScreen {
  return screen.news.length === 0 ? screen : { ...screen, news: [] };
}

function withNews(screen: WatchScreen, news: WatchNews): WatchScreen {
  return { ...screen, news: [...screen.news, news] };
}

function finishTarget(screen: WatchScreen, event: TargetFinished): WatchScreen {
  const changes = new Map(screen.changes);
  changes.delete(event.target);
  const failed = new Map(screen.failed);
  const made = new Set(screen.made);
  if (event.outcome === "failed") failed.set(event.target, event);
  if (event.outcome === "built" || event.outcome === "up-to-date") {
    failed.delete(event.target);
    made.add(event.target);
  }
  const next = { ...screen, changes, failed, made };
  // Targets that are up to date are printed together in one line; cancelled ones start again or are no longer needed.
  if (event.outcome === "up-to-date") return { ...next, upToDate: [...screen.upToDate, event.target] };
  return event.outcome === "cancelled" ? next : withNews(next, event);
}

function withUpToDate({ news, upToDate }: WatchScreen, at: number): readonly WatchNews[] {
  return upToDate.length === 0 ? news : [...news, { type: "up-to-date", at, targets: upToDate }];
}

function withChanges(
  changes: WatchScreen["changes"],
  event: Extract<WatchEvent, { type: "files-changed" }>,
): WatchScreen["changes"] {
  const words = describePaths(event);
  return new Map([...changes, ...event.targets.map((target) => [target, words] as const)]);
}

function withBuild(
  builds: WatchScreen["lastBuilds"],
  { at, causes, reason, target }: TargetStarted,
): WatchScreen["lastBuilds"] {
  return new Map(builds).set(target, { at, causes, reason });
}

function only<Value>(map: ReadonlyMap<string, Value>, names: readonly string[]): ReadonlyMap<string, Value> {
  return new Map([...map].filter(([name]) => names.includes(name)));
}
