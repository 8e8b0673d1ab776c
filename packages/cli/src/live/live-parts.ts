// The parts of the page with a version each, so that a reader gets those that changed since it was here last. Memory has
// the bound of the session's own view: there is no list of changes.
import type { SessionEvent, SessionView } from "@sti/core";
import { changedKeys, listKeys, type PageContext, readPart } from "../report/page/page-parts.ts";
import type { PageChanges } from "../report/page/page-state.ts";
import type { LayOut } from "./lay-out-in-thread.ts";

export interface LiveParts {
  /** Number of the last change; 0 before the first. */
  readonly version: number;
  /** Notes what the event changes; the session has taken it. */
  note(event: SessionEvent): void;
  /** Everything that changed after this version; undefined if nothing did. */
  since(version: number): PageChanges | undefined;
  /** Everything that there is. */
  all(): PageChanges;
  /** Resolves when the graph that a reader is to get is laid out. */
  idle(): Promise<void>;
}

/** The graph is laid out when there is a reader, and comes later than the rest: `onGraph` is called then. */
export function createLiveParts(
  session: SessionView,
  context: PageContext,
  { layOut, onGraph }: { readonly layOut: LayOut; readonly onGraph: () => void },
): LiveParts {
  /** Versions of all keys that there ever were: names of targets and containers. */
  const versions = new Map<string, number>();
  /** Made when it is asked for, and kept until it changes: several readers get the same. */
  const made = new Map<string, unknown>();
  let version = 0;
  let isGraphStale = true;
  let working: Promise<void> | undefined;
  const layOutAnew = async () => {
    while (isGraphStale) {
      isGraphStale = false;
      const part = await layOut([...session.targets.values()]);
      if (isGraphStale) continue;
      version += 1;
      made.set(GRAPH, part);
      versions.set(GRAPH, version);
    }
    working = undefined;
    onGraph();
  };
  const read = (key: string) => {
    if (!made.has(key)) made.set(key, readPart(key, session, context));
    return made.get(key);
  };
  const collect = (keys: Iterable<string>): PageChanges => {
    const parts: [string, unknown][] = [];
    const gone: string[] = [];
    if (isGraphStale && session.started !== undefined) working ??= layOutAnew();
    for (const key of keys) {
      if (key === GRAPH && !made.has(GRAPH)) continue;
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
        if (key !== GRAPH) {
          made.delete(key);
          versions.set(key, version);
          // The layout depends on names and dependencies alone.
        } else if (event.type !== "session-finished") isGraphStale = true;
      }
    },
    since(earlier) {
      if (earlier >= version) return undefined;
      return collect([...versions].flatMap(([key, changed]) => (changed > earlier ? [key] : [])));
    },
    all: () => collect(listKeys(session)),
    idle: async () => await working,
  };
}

const GRAPH = "graph";
