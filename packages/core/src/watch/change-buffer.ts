// Merges changes that come within a moment of each other, so that a storm of them costs no more than its content. The
// first one is passed on at once.
import type { DiskChange, WatchClock } from "./watch-ports.ts";

/** Milliseconds. */
const MOMENT = 5;

type SourceChanges = Extract<DiskChange, { kind: "sources" }>["changes"];

export interface ChangeBuffer {
  add(changes: SourceChanges): void;
  /** Passes on the pending changes. */
  flush(): void;
  close(): void;
}

export function createChangeBuffer(
  clock: WatchClock,
  onChanges: (changes: SourceChanges) => void,
): ChangeBuffer {
  let pending = new Map<string, string[]>();
  let cancel: (() => void) | undefined;
  const flush = () => {
    if (pending.size === 0) return;
    const changes = pending;
    pending = new Map();
    onChanges(changes);
  };
  const pause = () => {
    cancel = clock.after(MOMENT, () => {
      cancel = undefined;
      if (pending.size > 0) pause();
      flush();
    });
  };
  return {
    add(changes) {
      for (const [target, paths] of changes) {
        const known = pending.get(target) ?? [];
        for (const path of paths) known.push(path);
        pending.set(target, known);
      }
      if (cancel !== undefined) return;
      flush();
      pause();
    },
    flush,
    close() {
      cancel?.();
      cancel = undefined;
      pending.clear();
    },
  };
}
