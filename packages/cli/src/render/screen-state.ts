// State of a session's screen, folded from its events. Pure; drawing it is draw-screen.ts and print-summary.ts.
import {
  isWatchEvent,
  type SessionEvent,
  type SessionFinished,
  type SessionTarget,
  type SessionWarning,
  type StepStarted,
  type TargetFinished,
  type TargetPushed,
  type TargetStarted,
  type TargetWarning,
} from "@sti/core";
import { sanitizeLine } from "./sanitize.ts";

/** A target that is being worked on. */
export interface RunningTarget {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly title: string | undefined;
  /** Bytes of the step, e.g. of a pull. */
  readonly progress: { readonly current: number; readonly total: number } | undefined;
  /** The last line of output that was not blank; foreign text. */
  readonly lastLine: string | undefined;
}

export interface ScreenState {
  /** Milliseconds since 1970; undefined before the first event. */
  readonly startedAt: number | undefined;
  readonly total: number;
  readonly concurrency: number;
  readonly tags: ReadonlyMap<string, string>;
  readonly running: ReadonlyMap<string, RunningTarget>;
  readonly done: number;
  readonly failed: readonly TargetFinished[];
  readonly skipped: readonly TargetFinished[];
  readonly cancelled: readonly TargetFinished[];
  /** Events since the news were last taken; printed once and never redrawn. */
  readonly news: readonly News[];
  readonly end: SessionFinished | undefined;
}

export type News = SessionWarning | TargetFinished | TargetPushed | TargetWarning;

export const emptyScreen: ScreenState = {
  startedAt: undefined,
  total: 0,
  concurrency: 0,
  tags: new Map(),
  running: new Map(),
  done: 0,
  failed: [],
  skipped: [],
  cancelled: [],
  news: [],
  end: undefined,
};

export function advanceScreen(state: ScreenState, event: SessionEvent): ScreenState {
  if (isWatchEvent(event)) {
    return event.type === "config-reloaded" ? { ...state, ...countTargets(event.targets) } : state;
  }
  switch (event.type) {
    case "session-started":
      return {
        ...emptyScreen,
        startedAt: event.at,
        concurrency: event.concurrency,
        ...countTargets(event.targets),
      };
    case "target-started":
      return withRunning(state, startTarget(event));
    case "step-started":
      // A pull may come before a target starts, a push after it has finished.
      return changeRunning(
        state.running.has(event.target) ? state : withRunning(state, startTarget(event)),
        event.target,
        { title: event.title, progress: undefined },
      );
    case "target-pushed":
      return { ...withoutRunning(state, event.target), news: [...state.news, event] };
    case "step-progress":
      return changeRunning(state, event.target, {
        progress: { current: event.current, total: event.total },
      });
    case "step-finished":
      return changeRunning(state, event.target, { progress: undefined });
    case "target-output":
      return event.text.trim() === ""
        ? state
        : changeRunning(state, event.target, { lastLine: shortenLine(event.text) });
    case "session-warning":
    case "target-warning":
      return { ...state, news: [...state.news, event] };
    case "target-finished":
      return finishTarget(state, event);
    case "session-finished":
      return { ...state, running: new Map(), end: event };
    default:
      return event satisfies never;
  }
}

function countTargets(targets: readonly SessionTarget[]): Pick<ScreenState, "tags" | "total"> {
  return { total: targets.length, tags: new Map(targets.map(({ name, tag }) => [name, tag])) };
}

/** The same screen once its news have been printed. */
export function withoutNews(state: ScreenState): ScreenState {
  return state.news.length === 0 ? state : { ...state, news: [] };
}

/** Wider than any terminal; drawing a huge line again and again would take the processor from the builds. */
const longestLine = 1000;

function shortenLine(text: string): string {
  return text.length <= longestLine ? text : sanitizeLine(text).slice(0, longestLine);
}

function startTarget(event: TargetStarted | StepStarted): RunningTarget {
  return {
    name: event.target,
    startedAt: event.at,
    title: undefined,
    progress: undefined,
    lastLine: undefined,
  };
}

function finishTarget(state: ScreenState, event: TargetFinished): ScreenState {
  // In a watch a target finishes again and again: how it ended last counts.
  const others = ({ target }: TargetFinished) => target !== event.target;
  const sorted = (outcome: "failed" | "skipped" | "cancelled") => {
    const rest = state[outcome].filter(others);
    return event.outcome === outcome ? [...rest, event] : rest;
  };
  return {
    ...withoutRunning(state, event.target),
    done: state.done + 1,
    failed: sorted("failed"),
    skipped: sorted("skipped"),
    cancelled: sorted("cancelled"),
    news: [...state.news, event],
  };
}

function changeRunning(
  state: ScreenState,
  name: string,
  change: Partial<Pick<RunningTarget, "title" | "progress" | "lastLine">>,
): ScreenState {
  const target = state.running.get(name);
  return target === undefined ? state : withRunning(state, { ...target, ...change });
}

function withoutRunning(state: ScreenState, name: string): ScreenState {
  const running = new Map(state.running);
  running.delete(name);
  return { ...state, running };
}

function withRunning(state: ScreenState, target: RunningTarget): ScreenState {
  return { ...state, running: new Map(state.running).set(target.name, target) };
}
