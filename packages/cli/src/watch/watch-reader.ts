// Reads the sources of what is watched, at the start and again.
import {
  failed,
  type Result,
  type SourceReader,
  type SourceSnapshot,
  success,
  type Target,
  type WatchProject,
} from "@sti/core";
import { addCheckouts, createDigestCache, readSources } from "@sti/source";

export interface WatchReader extends SourceReader {
  /** Of each target as it is now, by name. */
  readAll(targets: readonly Target[]): Promise<Result<ReadonlyMap<string, SourceSnapshot>>>;
  /** What adds to these snapshots what git says of where they lie; it is asked once, and only when that is wanted. */
  withCheckouts(snapshots: WatchProject["snapshots"]): NonNullable<WatchProject["withCheckouts"]>;
}

export function createWatchReader(options: {
  /** Folder of the config, absolute. */
  readonly directory: string;
  readonly stateDirectory: string;
  readonly signal: AbortSignal;
}): WatchReader {
  const { directory, signal, stateDirectory } = options;
  // A branch stays at one commit for the whole watch.
  const fetched = new Map();
  const readAll = async (targets: readonly Target[]) => {
    const digests = createDigestCache(stateDirectory);
    const read = await readSources(targets, { directory, stateDirectory, digests, fetched, signal });
    await digests.write();
    return read;
  };
  return {
    readAll,
    async read(target) {
      const read = await readAll([target]);
      return read.ok ? success(read.value.get(target.name) as SourceSnapshot) : failed(read.failures);
    },
    withCheckouts(snapshots) {
      let located: ReturnType<typeof addCheckouts> | undefined;
      return () => {
        located ??= addCheckouts(snapshots, { directory, signal });
        return located;
      };
    },
  };
}
