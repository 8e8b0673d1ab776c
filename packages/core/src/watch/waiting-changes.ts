// Counts the changes that wait to be read, for the screen of a watch that is paused. Pure.
import type { WatchState } from "./watch-state.ts";

export interface WaitingChanges {
  /** Number of paths that are known to have changed. */
  readonly files: number;
  /** Others may have changed, too. */
  readonly isMore: boolean;
  /** The config has changed. */
  readonly isConfig: boolean;
}

export function countWaiting({ config, targets }: WatchState): WaitingChanges {
  const paths = new Set<string>();
  let isMore = false;
  for (const { changes } of targets.values()) {
    for (const path of changes?.paths ?? []) paths.add(path);
    isMore ||= changes?.everything === true;
  }
  return { files: paths.size, isMore, isConfig: config.changes !== undefined };
}

/** Counts again only when the state is another one: a screen asks for it several times a second. */
export function createWaitingCount(state: () => WatchState): () => WaitingChanges {
  let last: { readonly state: WatchState; readonly count: WaitingChanges } | undefined;
  return () => {
    const now = state();
    if (last?.state !== now) last = { state: now, count: countWaiting(now) };
    return last.count;
  };
}
