// A session as its events have made it so far. Screens, reports and metadata read it, at any time; one event costs the
// same in a session of any size.
import type {
  Outcome,
  SessionEvent,
  SessionFinished,
  SessionStarted,
  SessionWarning,
  TargetFinished,
} from "../execute/event.ts";
import type { SessionTarget } from "../execute/event-fields.ts";
import { isWatchEvent, type WatchEvent } from "../execute/watch-event.ts";
import type { OutputLimits, TailCollector } from "./output-tail.ts";
import { TargetState, type TargetView } from "./target-view.ts";
import { foldWatch, type WatchView } from "./watch-view.ts";

/** Live: later events change it, and its maps and lists. */
export interface SessionView {
  readonly started: SessionStarted | undefined;
  /** By name, in the order of the graph: dependencies first. */
  readonly targets: ReadonlyMap<string, TargetView>;
  /** By name, in the order in which they were started. */
  readonly running: ReadonlyMap<string, TargetView>;
  /** Results of all attempts that were the last ones of their targets, in the order in which they ended. */
  readonly ended: Readonly<Record<Outcome, ReadonlyMap<string, TargetFinished>>>;
  /** About no single target. */
  readonly warnings: readonly string[];
  readonly end: SessionFinished | undefined;
  readonly watch: WatchView;
}

export interface SessionFold {
  readonly view: SessionView;
  /** Takes the events of one session, in their order. */
  apply(event: SessionEvent): void;
}

/** Events of one target before and after its end. */
type TargetEvent = Exclude<
  SessionEvent,
  WatchEvent | SessionStarted | SessionWarning | SessionFinished | TargetFinished
>;

/** Finished targets whose output stays whole; that of earlier ones is shortened, so that memory has a bound. */
const WHOLE_OUTPUTS = 16;

/** Lines and characters kept of a finished target's output; its log has all of it. */
export const KEPT_OUTPUT: Readonly<Record<"failed" | "other", OutputLimits>> = {
  failed: { lines: 200, characters: 64 * 1024 },
  other: { lines: 40, characters: 8 * 1024 },
};

export function foldSession(): SessionFold {
  const targets = new Map<string, TargetState>();
  const running = new Map<string, TargetState>();
  const ended = {
    built: new Map<string, TargetFinished>(),
    "up-to-date": new Map<string, TargetFinished>(),
    restored: new Map<string, TargetFinished>(),
    failed: new Map<string, TargetFinished>(),
    skipped: new Map<string, TargetFinished>(),
    cancelled: new Map<string, TargetFinished>(),
  };
  const warnings: string[] = [];
  const whole: { readonly tail: TailCollector; readonly limits: OutputLimits }[] = [];
  const watch = foldWatch();
  let started: SessionStarted | undefined;
  let end: SessionFinished | undefined;

  /** A target that a new config has removed may still be running. */
  const find = (name: string) => targets.get(name) ?? running.get(name);
  const forget = (name: string) => {
    for (const results of Object.values(ended)) results.delete(name);
  };
  const define = (defined: readonly SessionTarget[]) => {
    const before = new Map(targets);
    targets.clear();
    for (const target of defined) {
      const state = before.get(target.name) ?? new TargetState(target);
      state.define(target);
      targets.set(target.name, state);
    }
  };
  const finishTarget = (event: TargetFinished) => {
    const tail = find(event.target)?.finish(event);
    running.delete(event.target);
    // In a watch a target finishes again and again: only its last result counts.
    forget(event.target);
    ended[event.outcome].set(event.target, event);
    if (tail === undefined) return;
    whole.push({ tail, limits: event.outcome === "failed" ? KEPT_OUTPUT.failed : KEPT_OUTPUT.other });
    if (whole.length <= WHOLE_OUTPUTS) return;
    const oldest = whole.shift();
    oldest?.tail.shorten(oldest.limits);
  };
  const applyToTarget = (target: TargetState | undefined, event: TargetEvent) => {
    if (target === undefined) return;
    switch (event.type) {
      case "target-started":
        target.start(event);
        break;
      case "step-started":
        target.startStep(event);
        break;
      case "step-progress":
        target.progress(event);
        return;
      case "step-finished":
        target.finishStep(event);
        return;
      case "target-output":
        target.print(event.text);
        return;
      case "target-warning":
        target.warnings.push(event.message);
        return;
      case "target-pushed":
        target.pushed = event.pushed;
        target.rest();
        running.delete(target.name);
        return;
      default:
        return event satisfies never;
    }
    running.set(target.name, target);
  };
  const finishSession = (event: SessionFinished) => {
    for (const target of [...targets.values(), ...running.values()]) {
      target.stopStep(event.at);
      target.rest();
    }
    running.clear();
    end = event;
  };
  return {
    view: {
      targets,
      running,
      ended,
      warnings,
      watch: watch.view,
      get started() {
        return started;
      },
      get end() {
        return end;
      },
    },
    apply(event) {
      watch.apply(event);
      if (isWatchEvent(event)) {
        if (event.type !== "config-reloaded") return;
        event.removed.forEach(forget);
        define(event.targets);
        return;
      }
      switch (event.type) {
        case "session-started":
          started = event;
          define(event.targets);
          return;
        case "session-warning":
          warnings.push(event.message);
          return;
        case "session-finished":
          finishSession(event);
          return;
        case "target-finished":
          finishTarget(event);
          return;
        default:
          applyToTarget(find(event.target), event);
      }
    },
  };
}
