// The state of a watch after something happened to it; decide-effects.ts derives the effects. Pure.
import { addChanges, addPaths, askFor, endReading, endRun, readAgain } from "./change-target.ts";
import {
  type BuildEnd,
  newTarget,
  type TargetState,
  type WatchedTarget,
  type WatchInput,
  type WatchState,
} from "./watch-state.ts";

export function noteInput(state: WatchState, input: WatchInput, at: number): WatchState {
  switch (input.kind) {
    case "sources-changed":
      return changeTargets(mendConfig(state, at), input.changes.keys(), (target) =>
        addPaths(target, input.changes.get(target.name) ?? [], {
          at,
          isSuspect: target.run !== undefined || state.isFollowedUp,
        }),
      );
    case "everything-changed":
      return changeTargets(mendConfig(state, at), state.targets.keys(), (target) =>
        addChanges(target, { paths: [], everything: true }, at),
      );
    case "config-changed":
      return changeConfig(state, at);
    case "woke":
      return { ...state, wakeAt: undefined };
    case "source-read": {
      const read = changeTargets(state, [input.target], (target) => endReading(target, input));
      const sourceOf = ({ targets }: WatchState) => targets.get(input.target)?.source;
      return sourceOf(read) === sourceOf(state) ? read : reportAgain(read);
    }
    case "source-read-by-build":
      return changeTargets(state, [input.target], (target) => ({
        ...target,
        source: input.digest,
        run: target.run && { ...target.run, source: input.digest },
      }));
    case "build-ended":
      return noteEnd(state, input.target, input.end);
    case "surveyed": {
      if (state.facts !== "asked") return state;
      const known = changeTargets(state, input.missing, (target) => ({ ...target, done: undefined }));
      return { ...known, facts: "fresh" };
    }
    case "replaced":
      return replaceTargets(state, input.targets);
    case "config-broken":
      return { ...state, config: { ...state.config, isLoading: false, isBroken: true } };
    case "engine-lost":
      return { ...state, isEngineLost: true, facts: "old" };
    case "engine-back": {
      const doubted = changeTargets(state, state.targets.keys(), doubt);
      return { ...doubted, isEngineLost: false };
    }
    case "rebuild-asked":
      return changeTargets(state, input.targets ?? state.targets.keys(), (target) =>
        target.isRemoved ? target : askFor(target, input.clean ? "clean" : "rebuild", at),
      );
    case "follow-up":
      return { ...state, isFollowedUp: input.isAtWork };
    case "paused":
      return input.isPaused ? { ...state, isPaused: true } : goOn(state, at);
    case "stop":
      return { ...state, isStopping: true };
    default:
      return input satisfies never;
  }
}

/** The engine's images may be others by now; the time of the pause is none of the work's. */
function goOn(state: WatchState, at: number): WatchState {
  return {
    ...state,
    isPaused: false,
    facts: state.facts === "fresh" ? "old" : state.facts,
    activity: state.activity && { ...state.activity, since: at },
  };
}

/** Something happened that is worth a report. */
function reportAgain(state: WatchState): WatchState {
  return { ...state, activity: state.activity && { ...state.activity, isSilent: false } };
}

/** Names that are not there are left out. */
export function changeTargets(
  state: WatchState,
  names: Iterable<string>,
  change: (target: TargetState) => TargetState,
): WatchState {
  const targets = new Map(state.targets);
  for (const name of names) {
    const target = targets.get(name);
    if (target !== undefined) targets.set(name, change(target));
  }
  return { ...state, targets };
}

function changeConfig(state: WatchState, at: number): WatchState {
  const { config } = state;
  return { ...state, config: { ...config, changes: { since: config.changes?.since ?? at, last: at } } };
}

/** The cause of an invalid config may be a file that is not known to be part of it, or one of its sources. */
function mendConfig(state: WatchState, at: number): WatchState {
  return state.config.isBroken ? changeConfig(state, at) : state;
}

function noteEnd(state: WatchState, name: string, end: BuildEnd): WatchState {
  const target = state.targets.get(name);
  if (target?.isRemoved === true) {
    const targets = new Map(state.targets);
    targets.delete(name);
    return { ...state, targets };
  }
  const ended = changeTargets(state, [name], (one) => endRun(one, end));
  const { activity } = ended;
  if (end.kind !== "made" || activity === undefined) return ended;
  const isOther = target?.imageId !== undefined && target.imageId !== end.imageId;
  if (!end.isNew && !isOther) return ended;
  return { ...ended, activity: { ...activity, changed: new Set([...activity.changed, name]) } };
}

/** Its image may be gone, and builds that failed because of the engine may succeed. */
function doubt(target: TargetState): TargetState {
  const failed = target.failed?.isLasting === true ? target.failed : undefined;
  return { ...target, done: undefined, failed };
}

/** Targets that stay keep their state. Removed ones stay as long as their builds run. */
function replaceTargets(state: WatchState, watched: readonly WatchedTarget[]): WatchState {
  const targets = new Map<string, TargetState>();
  for (const target of watched) {
    const known = state.targets.get(target.name) ?? newTarget(target);
    const kept = known.definition === target.definition ? known : readAgain(known);
    targets.set(target.name, { ...kept, ...target, source: target.digest, isRemoved: false });
  }
  for (const [name, target] of state.targets) {
    if (targets.has(name) || target.run === undefined) continue;
    targets.set(name, { ...newTarget(target), dependencies: [], run: target.run, isRemoved: true });
  }
  return { ...state, targets, config: { ...state.config, isLoading: false, isBroken: false } };
}
