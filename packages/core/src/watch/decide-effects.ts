// The effects of a state: reads, builds, cancellations, reports, and the time of the next look. Pure.
import { assessTargets, inputsOf, isLooking, type Standing } from "./assess-targets.ts";
import { addChanges } from "./change-target.ts";
import { blame, nextRelease } from "./loop-guard.ts";
import type { CancelReason, PendingChanges, TargetState, WatchEffect, WatchState } from "./watch-state.ts";

/** Most cancellations in a row for a newer build; after them, a build may end. */
const MOST_RESTARTS = 5;
/** More changed paths than an editor makes: a checkout, which pauses now and then. */
const STORM = 100;
/** Number of quiet periods without changes that end a storm. */
const STORM_PATIENCE = 6;
const NO_PATHS: ReadonlySet<string> = new Set();

interface Decided {
  readonly state: WatchState;
  readonly effects: readonly WatchEffect[];
}

export function decideEffects(state: WatchState, at: number): Decided {
  let next = state;
  const effects: WatchEffect[] = [];
  const decisions = state.isStopping ? STOPPING : state.isPaused ? PAUSED : WATCHING;
  for (const decide of decisions) {
    const decided = decide(next, at);
    next = decided.state;
    effects.push(...decided.effects);
  }
  return { state: next, effects };
}

type Decide = (state: WatchState, at: number) => Decided;

const WATCHING: readonly Decide[] = [
  releaseHeld,
  noteActivity,
  read,
  reload,
  survey,
  cancelOutdated,
  start,
  report,
  becomeIdle,
  wake,
];
/** What runs may end; its outcome is reported. */
const PAUSED: readonly Decide[] = [noteActivity, report, becomeIdle, wake];
const STOPPING: readonly Decide[] = [cancelAll, wake, end];

/** Held paths that have been quiet for long enough count at last. */
function releaseHeld(state: WatchState, at: number): Decided {
  return changeEach(state, (target) => {
    const release = nextRelease(target.guard);
    if (target.changes !== undefined || release === undefined || release > at) return target;
    const released = addChanges(target, { paths: [], everything: false }, release);
    return released;
  });
}

function noteActivity(state: WatchState, at: number): Decided {
  const { since, isSilent, changed } = state.activity ?? { since: at, isSilent: true, changed: NO_PATHS };
  if (state.activity === undefined && isQuiet(state)) return { state, effects: [] };
  return {
    state: { ...state, activity: { since, changed, isSilent: isSilent && !isNotable(state) } },
    effects: [],
  };
}

function isNotable({ config, isEngineLost, targets }: WatchState): boolean {
  if (isEngineLost || config.isLoading || config.changes !== undefined) return true;
  return [...targets.values()].some(
    ({ asked, changes, reading, run }) =>
      run !== undefined || asked !== undefined || (changes ?? reading)?.paths.size,
  );
}

function read(state: WatchState, at: number): Decided {
  const reads = new Map<string, PendingChanges>();
  const id = state.reads + 1;
  const dueAt = dueTimes(state);
  const next = changeEach(state, (target) => {
    const { changes } = target;
    if (changes === undefined || !canRead(target) || dueAt(changes) > at) return target;
    reads.set(target.name, changes);
    const isRushed = changes.last + state.policy.quietPeriod > at;
    return { ...target, changes: undefined, reading: { ...changes, id }, isRushed };
  });
  if (reads.size === 0) return next;
  return { state: { ...next.state, reads: id }, effects: [{ kind: "read", id, reads }] };
}

function canRead({ isRemoved, reading }: TargetState): boolean {
  return reading === undefined && !isRemoved;
}

/** The time at which changes are read. Changes during a storm wait until it has passed, in all targets. */
function dueTimes(state: WatchState): (changes: Pick<PendingChanges, "last" | "since">) => number {
  const { longestNoise, quietPeriod } = state.policy;
  const pending = [...state.targets.values()].flatMap(({ changes }) => changes ?? []);
  const isStorm = pending.reduce((sum, { paths }) => sum + paths.size, 0) > STORM;
  const quiet = isStorm ? quietPeriod * STORM_PATIENCE : quietPeriod;
  const lastOfAll = isStorm ? Math.max(...pending.map(({ last }) => last)) : 0;
  return ({ last, since }) => Math.min(Math.max(last, lastOfAll) + quiet, since + longestNoise);
}

function reload(state: WatchState, at: number): Decided {
  const { changes, isLoading } = state.config;
  if (changes === undefined || isLoading || dueTimes(state)(changes) > at) return { state, effects: [] };
  return {
    state: { ...state, config: { ...state.config, changes: undefined, isLoading: true } },
    effects: [{ kind: "reload" }],
  };
}

/** The engine's images are listed once for all that is done until it is quiet again. */
function survey(state: WatchState): Decided {
  if (state.facts !== "old" || state.isEngineLost || isQuiet(state)) return { state, effects: [] };
  return { state: { ...state, facts: "asked" }, effects: [{ kind: "survey" }] };
}

function cancelOutdated(state: WatchState): Decided {
  const standings = assessTargets(state);
  return cancel(state, (target) => {
    if (state.isEngineLost) return { kind: "engine-lost" };
    const outdated = standings.get(target.name)?.outdated;
    if (outdated === undefined || outdated.kind === "removed") return outdated;
    return state.policy.onBusy === "restart" && target.restarts < MOST_RESTARTS ? outdated : undefined;
  });
}

function cancelAll(state: WatchState): Decided {
  return cancel(state, () => ({ kind: "stop" }));
}

function cancel(state: WatchState, why: (target: TargetState) => CancelReason | undefined): Decided {
  const effects: WatchEffect[] = [];
  const next = changeEach(state, (target) => {
    const { name, run } = target;
    if (run === undefined || run.isCancelled) return target;
    const because = why(target);
    if (because === undefined) return target;
    effects.push({ kind: "cancel", target: name, because });
    return { ...target, run: { ...run, isCancelled: true } };
  });
  return { state: next.state, effects };
}

/** Starts ready targets, as many as may run at once. */
function start(state: WatchState, at: number): Decided {
  const { config, facts, policy } = state;
  // Of an engine that is lost, facts are old.
  if (facts !== "fresh" || config.isLoading || config.changes !== undefined) {
    return { state, effects: [] };
  }
  const standings = assessTargets(state);
  const running = [...state.targets.values()].filter(({ run }) => run !== undefined).length;
  const ready = [...state.targets.values()]
    .filter(({ name }) => standings.get(name)?.fate === "ready")
    .sort((a, b) => b.priority - a.priority)
    .slice(0, Math.max(0, policy.concurrency - running));
  const effects: WatchEffect[] = [];
  const targets = new Map(state.targets);
  for (const target of ready) {
    const { asked, name } = target;
    const { guard, paused } = blame(target.guard, target.suspects, at);
    const run = { ...inputsOf(target, state), asked, isCancelled: false };
    targets.set(name, { ...target, run, guard, asked: undefined, suspects: NO_PATHS });
    effects.push(...paused.map((one) => ({ kind: "pause" as const, target: name, ...one })));
    effects.push({ kind: "build", target: name, asked });
  }
  return { state: { ...state, targets }, effects };
}

/** Reports the states of targets that were not built. */
function report(state: WatchState): Decided {
  const standings = assessTargets(state);
  const effects: WatchEffect[] = [];
  const next = changeEach(state, (target) => {
    const { name } = target;
    const { blockedBy, fate } = standings.get(name) as Standing;
    if (isLooking(target)) return target;
    if (fate === "finished" && target.reported !== "made") {
      effects.push({ kind: "unchanged", target: name });
      return { ...target, reported: "made" };
    }
    if (fate === "failed" && target.reported !== "failed") {
      effects.push({ kind: "failed", target: name });
      return { ...target, reported: "failed" };
    }
    if (blockedBy !== undefined && target.reported !== "skipped") {
      effects.push({ kind: "skip", target: name, because: blockedBy });
      return { ...target, reported: "skipped" };
    }
    return target;
  });
  return { state: next.state, effects };
}

function becomeIdle(state: WatchState): Decided {
  const { activity } = state;
  if (activity === undefined || state.facts === "asked" || !isQuiet(state)) return { state, effects: [] };
  const names = [...state.targets.keys()];
  const standings = assessTargets(state);
  const { isSilent, since } = activity;
  const changed = names.filter((name) => activity.changed.has(name));
  const failed = names.filter((name) => standings.get(name)?.fate === "failed");
  return {
    state: { ...state, activity: undefined, facts: "old" },
    effects: [{ kind: "idle", since, changed, failed, isSilent }],
  };
}

/** Nothing is done or waited for, but for paths that are held. */
function isQuiet(state: WatchState): boolean {
  const { config, isEngineLost } = state;
  if (isEngineLost || config.isLoading || config.changes !== undefined) return false;
  const atRest = ["finished", "failed", "blocked"];
  return (
    ![...state.targets.values()].some(isLooking) &&
    [...assessTargets(state).values()].every(({ fate }) => atRest.includes(fate))
  );
}

function wake(state: WatchState): Decided {
  const dueAt = dueTimes(state);
  const times = [...state.targets.values()].map((target) => {
    if (!canRead(target)) return undefined;
    return target.changes === undefined ? nextRelease(target.guard) : dueAt(target.changes);
  });
  if (state.config.changes !== undefined && !state.config.isLoading) {
    times.push(dueAt(state.config.changes));
  }
  const known = times.filter((time) => time !== undefined);
  const at = known.length === 0 || state.isStopping || state.isPaused ? undefined : Math.min(...known);
  if (at === state.wakeAt) return { state, effects: [] };
  return { state: { ...state, wakeAt: at }, effects: [{ kind: "wake", at }] };
}

function end(state: WatchState): Decided {
  if ([...state.targets.values()].some(({ run }) => run !== undefined)) return { state, effects: [] };
  return { state: { ...state, isStopped: true }, effects: [{ kind: "stopped" }] };
}

/** Targets that stay as they are stay the same object. */
function changeEach(state: WatchState, change: (target: TargetState) => TargetState): Decided {
  let targets: Map<string, TargetState> | undefined;
  for (const [name, target] of state.targets) {
    const next = change(target);
    if (next === target) continue;
    targets ??= new Map(state.targets);
    targets.set(name, next);
  }
  return { state: targets === undefined ? state : { ...state, targets }, effects: [] };
}
