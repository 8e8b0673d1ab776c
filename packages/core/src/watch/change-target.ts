// The state of one target after something happened to it. Pure.
import { areHeld, holdChange, pendingPaths, takePending } from "./loop-guard.ts";
import type { Asked, BuildEnd, PendingChanges, TargetState } from "./watch-state.ts";

/** After how many times in a row that the engine went away while it was built a target is to blame. */
const MOST_LOSSES = 3;

/** Paths changed; they wait for the end of the noise, or longer where they are held. */
export function addPaths(
  target: TargetState,
  paths: readonly string[],
  change: { readonly at: number; readonly isSuspect: boolean },
): TargetState {
  const { at, isSuspect } = change;
  if (target.changes === undefined && areHeld(target.guard, paths, at)) {
    return { ...target, guard: holdChange(target.guard, paths, change) };
  }
  return addChanges(target, { paths, everything: false, suspects: isSuspect ? paths : [] }, at);
}

/** Held changes are added, too. */
export function addChanges(
  target: TargetState,
  added: {
    readonly paths: readonly string[];
    readonly everything: boolean;
    readonly suspects?: readonly string[];
  },
  at: number,
): TargetState {
  const held = pendingPaths(target.guard);
  const changes: PendingChanges = {
    since: at,
    last: at,
    paths: new Set([...held.paths, ...added.paths]),
    everything: added.everything,
    suspects: new Set([...held.suspects, ...(added.suspects ?? [])]),
  };
  return {
    ...target,
    guard: takePending(target.guard),
    changes: target.changes === undefined ? changes : mergeChanges(target.changes, changes),
  };
}

/** `digest` undefined: it cannot be read. */
export function endReading(
  target: TargetState,
  read: { readonly read: number; readonly digest: string | undefined; readonly isSynced?: boolean },
): TargetState {
  const { reading } = target;
  if (reading?.id !== read.read) return target;
  const { digest } = read;
  if (read.isSynced === true && target.done !== undefined) {
    const done = { ...target.done, source: digest };
    return { ...target, reading: undefined, source: digest, done };
  }
  const isSame = digest === target.source;
  // A build that certainly fails again is not tried again.
  const failed = !isSame || target.failed?.isLasting === true ? target.failed : undefined;
  return {
    ...target,
    reading: undefined,
    source: digest,
    failed,
    suspects: isSame ? target.suspects : new Set([...target.suspects, ...reading.suspects]),
    // The author of a change gets a report that it changed nothing.
    reported: isSame && reading.paths.size === 0 ? target.reported : undefined,
  };
}

/** The running read is useless: its changes are looked for once more. */
export function readAgain(target: TargetState): TargetState {
  const { reading } = target;
  if (reading === undefined) return target;
  const { id: _, ...unread } = reading;
  // That has waited once; only later changes are noise now.
  const since = target.changes?.since ?? unread.since;
  return { ...target, reading: undefined, changes: mergeChanges({ ...unread, since }, target.changes) };
}

export function endRun(target: TargetState, end: BuildEnd): TargetState {
  if (target.run === undefined) return target;
  const { asked, definition, images, source } = target.run;
  const inputs = { definition, images, source };
  const ended: TargetState = { ...target, run: undefined, reported: undefined };
  // A request that has not been fulfilled stays.
  const undone = strongest(target.asked, asked);
  switch (end.kind) {
    case "made": {
      const { imageId } = end;
      const done = { ...inputs, imageId };
      return { ...ended, done, imageId, failed: undefined, restarts: 0, losses: 0, reported: "made" };
    }
    case "failed": {
      const failed = { ...inputs, isLasting: end.isLasting };
      return { ...ended, failed, restarts: 0, losses: 0, reported: "failed" };
    }
    case "cancelled":
      return { ...ended, asked: undone, restarts: target.restarts + 1 };
    case "lost": {
      const losses = target.losses + 1;
      if (losses < MOST_LOSSES) return { ...ended, asked: undone, losses };
      return { ...ended, failed: { ...inputs, isLasting: true }, losses: 0, reported: "failed" };
    }
    default:
      return end satisfies never;
  }
}

/** The known state is in doubt: the source is read, and built though nothing changed. */
export function askFor(target: TargetState, asked: Asked, at: number): TargetState {
  const whole = addChanges(target, { paths: [], everything: true }, at);
  return { ...whole, asked: strongest(target.asked, asked), guard: new Map(), losses: 0 };
}

function strongest(a: Asked | undefined, b: Asked | undefined): Asked | undefined {
  return a === "clean" || b === "clean" ? "clean" : (a ?? b);
}

function mergeChanges(earlier: PendingChanges, later: PendingChanges | undefined): PendingChanges {
  if (later === undefined) return earlier;
  return {
    since: earlier.since,
    last: later.last,
    paths: new Set([...earlier.paths, ...later.paths]),
    everything: earlier.everything || later.everything,
    suspects: new Set([...earlier.suspects, ...later.suspects]),
  };
}
