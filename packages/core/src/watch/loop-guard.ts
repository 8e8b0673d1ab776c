// Finds paths that change because of their own changes: the output of a build or its follow-up in the source, or a log
// that is written all the time. Such a path is held: it counts once it has been quiet for a while, or together with
// another change. So a loop dies down, and no change is forgotten. Pure.

/** The changes of a path, and the builds that they caused. */
export interface PathHistory {
  /** Start times of the builds that it caused while it was suspect; of the last window only. */
  readonly builds: readonly number[];
  /** Milliseconds it must not change before it counts; undefined while it is not held. */
  readonly hold: number | undefined;
  readonly lastChange: number;
  /** It has changed since its source was read last. */
  readonly isPending: boolean;
  /** That change was suspect. */
  readonly isSuspect: boolean;
}

export type Guard = ReadonlyMap<string, PathHistory>;

/** More builds than this in a window are a loop. Times in milliseconds. */
export const LOOP = { builds: 5, window: 60_000, hold: 5_000, longestHold: 600_000, paths: 100 } as const;

export interface PausedPath {
  readonly path: string;
  readonly builds: number;
  readonly quiet: number;
}

/** Whether all these paths are held. */
export function areHeld(guard: Guard, paths: readonly string[], at: number): boolean {
  return paths.length > 0 && paths.every((path) => isHeld(guard.get(path), at));
}

function isHeld(history: PathHistory | undefined, at: number): boolean {
  if (history?.hold === undefined) return false;
  // One that was quiet for that long is like any other.
  return history.isPending || at - history.lastChange <= history.hold + LOOP.window;
}

/** Notes a change of paths that are held. */
export function holdChange(
  guard: Guard,
  paths: readonly string[],
  change: { readonly at: number; readonly isSuspect: boolean },
): Guard {
  const next = new Map(guard);
  for (const path of paths) {
    const history = guard.get(path);
    if (history === undefined) continue;
    const isSuspect = change.isSuspect || (history.isPending && history.isSuspect);
    next.set(path, { ...history, lastChange: change.at, isPending: true, isSuspect });
  }
  return next;
}

/** The held paths that have changed, and which of them are suspect. */
export function pendingPaths(guard: Guard): {
  readonly paths: readonly string[];
  readonly suspects: readonly string[];
} {
  const pending = [...guard].filter(([, { isPending }]) => isPending);
  return {
    paths: pending.map(([path]) => path),
    suspects: pending.filter(([, { isSuspect }]) => isSuspect).map(([path]) => path),
  };
}

/** Nothing is pending any more: the source is read with all of it. */
export function takePending(guard: Guard): Guard {
  if (![...guard.values()].some(({ isPending }) => isPending)) return guard;
  return new Map([...guard].map(([path, history]) => [path, { ...history, isPending: false }]));
}

/** The time at which the first held path that changed has been quiet for long enough. */
export function nextRelease(guard: Guard): number | undefined {
  let next: number | undefined;
  for (const { hold, isPending, lastChange } of guard.values()) {
    if (hold === undefined || !isPending) continue;
    if (next === undefined || lastChange + hold < next) next = lastChange + hold;
  }
  return next;
}

/** Blames a build that begins on suspect paths. Those that it makes one too many are held from now on. */
export function blame(
  guard: Guard,
  suspects: ReadonlySet<string>,
  at: number,
): { readonly guard: Guard; readonly paused: readonly PausedPath[] } {
  const next = new Map<string, PathHistory>();
  for (const [path, history] of guard) {
    if (isHeld(history, at) || history.builds.some((build) => at - build < LOOP.window))
      next.set(path, history);
  }
  const paused: PausedPath[] = [];
  for (const path of [...suspects].sort().slice(0, LOOP.paths)) {
    const before = next.get(path);
    const builds = [...(before?.builds ?? []).filter((build) => at - build < LOOP.window), at];
    const isLoop = before?.hold === undefined && builds.length > LOOP.builds;
    const hold = isLoop ? LOOP.hold : before?.hold && Math.min(before.hold * 2, LOOP.longestHold);
    if (isLoop) paused.push({ path, builds: builds.length, quiet: LOOP.hold });
    const { isPending = false, isSuspect = false } = before ?? {};
    next.set(path, { builds, hold, lastChange: at, isPending, isSuspect });
  }
  return { guard: next, paused };
}
