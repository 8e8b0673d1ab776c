// Watches real folders for a test, and waits for reports, never for time to pass.
import type { DiskChange, Target } from "@sti/core";
import { onTestFinished } from "vitest";
import { type SourceWatcher, type WatchSourcesOptions, watchSources } from "../src/watch/watch-sources.ts";

export interface WatchLog {
  readonly watcher: SourceWatcher;
  /** All reported changes since the last call of `clear`, in order. */
  readonly changes: readonly DiskChange[];
  readonly problems: readonly string[];
  /** Paths that were reported of a target. */
  pathsOf(target: string): ReadonlySet<string>;
  /** Resolves as soon as the condition is true. */
  until(holds: (log: WatchLog) => boolean): Promise<void>;
  /** Until this path is reported of a target. */
  untilPath(target: string, path: string): Promise<void>;
  clear(): void;
}

export async function startWatching(
  directory: string,
  targets: readonly Target[],
  options: Partial<WatchSourcesOptions> = {},
): Promise<WatchLog> {
  const changes: DiskChange[] = [];
  const problems: string[] = [];
  const waiting = new Set<() => void>();
  const look = () => {
    for (const check of waiting) check();
  };
  const watcher = await watchSources({
    targets,
    directory,
    configFiles: [],
    onChange: (change) => {
      changes.push(change);
      look();
    },
    onProblem: (message) => {
      problems.push(message);
      look();
    },
    ...options,
  });
  onTestFinished(() => watcher.close());
  const log: WatchLog = {
    watcher,
    changes,
    problems,
    pathsOf: (target) =>
      new Set(changes.flatMap((change) => (change.kind === "sources" && change.changes.get(target)) || [])),
    until: (holds) =>
      new Promise((resolve) => {
        const check = () => {
          if (!holds(log)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    untilPath: (target, path) => log.until(() => log.pathsOf(target).has(path)),
    clear: () => {
      changes.length = 0;
    },
  };
  await log.until(() => changes.some(({ kind }) => kind === "everything"));
  log.clear();
  return log;
}
