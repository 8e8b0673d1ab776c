// The parts of the page with a version each, so that a reader gets those that changed since it was here last. Memory has
// the bound of the session's own view: there is no list of changes.
import type { SessionEvent, SessionView } from "@sti/core";
import { changedKeys, listKeys, type PageContext, readPart } from "../report/page/page-parts.ts";
import type { PageChanges } from "../report/page/page-state.ts";

export interface LiveParts {
  /** Number of the last change; 0 before the first. */
  readonly version: number;
  /** Notes what the event changes; the session has taken it. */
  note(event: SessionEvent): void;
  /** Everything that changed after this version; undefined if nothing did. */
  since(version: number): PageChanges | undefined;
  /** Everything that there is. */
  all(): PageChanges;
}

export function createLiveParts(session: SessionView, context: PageContext): LiveParts {
  /** Versions of all keys that there ever were: names of targets and containers. */
  const versions = new Map<string, number>();
  /** Made when it is asked for, and kept until it changes: several readers get the same. */
  const made = new Map<string, unknown>();
  let version = 0;
  const read = (key: string) => {
    if (!made.has(key)) made.set(key, readPart(key, session, context));
    return made.get(key);
  };
  const collect = (keys: Iterable<string>): PageChanges => {
    const parts: [string, unknown][] = [];
    const gone: string[] = [];
    for (const key of keys) {
      const part = read(key);
      if (part === undefined) gone.push(key);
      else parts.push([key, part]);
    }
    return { parts, gone };
  };
  return {
    get version() {
      return version;
    },
    note(event) {
      const keys = changedKeys(event, session);
      if (keys.length === 0) return;
      version += 1;
      const before = event.type === "config-reloaded" ? [...versions.keys()] : [];
      for (const key of [...before, ...keys]) {
        // The layout takes long, and depends on names and dependencies alone.
        if (key === "graph" && event.type === "session-finished") continue;
        made.delete(key);
        versions.set(key, version);
      }
    },
    since(earlier) {
      if (earlier >= version) return undefined;
      return collect([...versions].flatMap(([key, changed]) => (changed > earlier ? [key] : [])));
    },
    all: () => collect(listKeys(session)),
  };
}
