// The benchmarks of `./pnpmw bench`.
import type { BenchContext } from "./bench-context.ts";
import type { Table } from "./measure.ts";

export interface Benchmark {
  readonly name: string;
  /** One line, for the list. */
  readonly about: string;
  readonly needsEngine: boolean;
  /** Names of what can be run alone. */
  readonly parts?: readonly string[];
  readonly load: () => Promise<(context: BenchContext) => Promise<readonly Table[]>>;
}

export const benchmarks: readonly Benchmark[] = [
  {
    name: "startup",
    about: "commands that build nothing, beside an empty Node.js",
    needsEngine: false,
    load: async () => (await import("./startup.ts")).bench,
  },
  {
    name: "noop",
    about: "10, 100 and 500 apps with everything up to date, beside turbo and wireit",
    needsEngine: true,
    load: async () => (await import("./noop.ts")).bench,
  },
  {
    name: "overhead",
    about: "one tiny app by each method, beside the same engine calls by hand and docker build",
    needsEngine: true,
    load: async () => (await import("./overhead.ts")).bench,
  },
  {
    name: "edit",
    about: "one changed line and changed dependencies of an app with 300 MB of them, beside docker build",
    needsEngine: true,
    parts: ["compiled", "copied", "dependencies", "shared"],
    load: async () => (await import("./edit.ts")).bench,
  },
  {
    name: "s2i",
    about: "an incremental rebuild on an s2i builder image, beside s2i",
    needsEngine: true,
    load: async () => (await import("./s2i.ts")).bench,
  },
  {
    name: "store",
    about: "100 apps whose results a registry has, beside the engine's pulls and builds without a store",
    needsEngine: true,
    parts: ["many", "unchanged", "restored", "added", "built"],
    load: async () => (await import("./store.ts")).bench,
  },
  {
    name: "context",
    about: "an app of 10,000 files, beside docker build",
    needsEngine: true,
    load: async () => (await import("./context.ts")).bench,
  },
  {
    name: "compare",
    about: "two images of 500 MB with 50,000 files, beside docker save and tar",
    needsEngine: true,
    load: async () => (await import("./compare.ts")).bench,
  },
  {
    name: "scheduler",
    about: "graphs of 1,000 targets on an engine in memory",
    needsEngine: false,
    load: async () => (await import("./scheduler.ts")).bench,
  },
  {
    name: "queue-simulation",
    about: "2,000 apps on 50 workers with a virtual clock, beside the least time that is possible",
    needsEngine: false,
    load: async () => (await import("./queue-simulation.ts")).bench,
  },
  {
    name: "queue-tasks",
    about: "tasks that build nothing, by Redis and by PostgreSQL",
    needsEngine: false,
    load: async () => (await import("./queue-tasks.ts")).bench,
  },
  {
    name: "queue-overhead",
    about: "trivial apps on a worker, by Redis and by PostgreSQL, beside a local run",
    needsEngine: true,
    load: async () => (await import("./queue-overhead.ts")).bench,
  },
  {
    name: "hashing",
    about: "reading the sources of 10 to 500 apps, cold and warm, beside git",
    needsEngine: false,
    load: async () => (await import("./hashing.ts")).bench,
  },
  {
    name: "artifacts",
    about: "carrying artifacts to the next build, beside copies through the client",
    needsEngine: true,
    load: async () => (await import("./artifacts.ts")).bench,
  },
  {
    name: "watch",
    about: "from a saved file to the moved tag, beside the engine's own calls",
    needsEngine: true,
    load: async () => (await import("./watch.ts")).bench,
  },
  {
    name: "watch-many",
    about: "a watch of 100 apps: edits, each of another app, and the load at rest",
    needsEngine: true,
    load: async () => (await import("./watch-many.ts")).bench,
  },
  {
    name: "soak",
    about: "300 edits in a row: what is left of them, in the engine and in the process",
    needsEngine: true,
    load: async () => (await import("./soak.ts")).bench,
  },
];
