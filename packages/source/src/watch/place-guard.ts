// Notices that a folder is another one than before although its path is the same: moved away and made again, or behind
// a link that leads elsewhere now. Watches of the former folder report nothing about that.
import { statSync } from "node:fs";

export interface PlaceGuard {
  /** Looks at these from now on, absolute. */
  keep(paths: Iterable<string>): void;
  /** Folders that were replaced since the last look. A missing one does not count. */
  findReplaced(): readonly string[];
}

export function createPlaceGuard(): PlaceGuard {
  let known = new Map<string, string>();
  return {
    keep: (paths) => {
      known = new Map([...paths].map((path) => [path, known.get(path) ?? identify(path)]));
    },
    findReplaced: () => {
      const replaced: string[] = [];
      for (const [path, before] of known) {
        const now = identify(path);
        if (now === before) continue;
        known.set(path, now);
        if (now !== "") replaced.push(path);
      }
      return replaced;
    },
  };
}

/** "" if it does not exist. The inode alone may be reused by a later one. */
function identify(path: string): string {
  try {
    const state = statSync(path, { throwIfNoEntry: false });
    return state === undefined ? "" : `${state.dev}:${state.ino}:${state.birthtimeMs}`;
  } catch {
    return ""; // may not be inspected, or lies below a path that is no folder any more
  }
}
