// Reads the sources of the watched targets: all of them at the start and for another config, else the changed ones.
import { failed, type Result, type SourceSnapshot, success, type Target, type WatchProject } from "@sti/core";
import { addCheckouts, type CachedSourceReader, createDigestCache, createSourceReader } from "@sti/source";
import type { ProjectFolders } from "../project/project-folders.ts";
import { nameLabelProblem } from "../project/warn-of-checkouts.ts";

export interface WatchReader extends CachedSourceReader {
  /** Of each target as it is now, by name; all problems at once. */
  readAll(targets: readonly Target[]): Promise<Result<ReadonlyMap<string, SourceSnapshot>>>;
  /** Adds git's information about their checkouts to these snapshots; git is called once, and only on demand. */
  withCheckouts(snapshots: WatchProject["snapshots"]): NonNullable<WatchProject["withCheckouts"]>;
}

export function createWatchReader(options: {
  /** Folder of the config, absolute. */
  readonly directory: string;
  readonly folders: Pick<ProjectFolders, "memory" | "repositories">;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
}): WatchReader {
  const { directory, env, folders, signal } = options;
  let isWarned = false;
  // Once, however often the config is read again.
  const onProblem = (problem: string) => {
    if (!isWarned) options.warn(nameLabelProblem(problem));
    isWarned = true;
  };
  const digests = createDigestCache(directory, folders.memory);
  const reader = createSourceReader({ directory, digests, env, repositories: folders.repositories, signal });
  return {
    ...reader,
    async readAll(targets) {
      const all = await Promise.all(
        targets.map(async (target) => [target.name, await reader.read(target, "everything")] as const),
      );
      await reader.save();
      const failures = all.flatMap(([, read]) => (read.ok ? [] : read.failures));
      if (failures.length > 0) return failed(failures);
      return success(new Map(all.flatMap(([name, read]) => (read.ok ? [[name, read.value] as const] : []))));
    },
    withCheckouts(snapshots) {
      let located: ReturnType<typeof addCheckouts> | undefined;
      return () => {
        located ??= addCheckouts(snapshots, { directory, onProblem, signal });
        return located;
      };
    },
  };
}
