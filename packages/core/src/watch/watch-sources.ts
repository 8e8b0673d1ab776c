// The sources as they were read last, and reading them again: one read of a target at a time.
import type { Target } from "../definition/target.ts";
import type { Result } from "../failure/result.ts";
import type { SourceSnapshot } from "../source/source.ts";
import type { SourceReader } from "./watch-ports.ts";

export interface WatchSources {
  /** By target; a build takes the snapshot that is here when it begins. */
  readonly snapshots: Map<string, SourceSnapshot>;
  read(target: Target, changed: readonly string[] | "everything"): Promise<Result<SourceSnapshot>>;
  /** For a build that found that its source had changed: the new snapshot replaces the old one from now on. */
  readForBuild(target: Target): Promise<Result<SourceSnapshot>>;
}

export function createWatchSources(
  reader: SourceReader,
  first: ReadonlyMap<string, SourceSnapshot>,
  onReadByBuild: (target: Target, snapshot: SourceSnapshot) => void,
): WatchSources {
  const snapshots = new Map(first);
  const reads = new Map<string, Promise<unknown>>();
  const inTurn = (target: Target, next: () => Promise<Result<SourceSnapshot>>) => {
    const before = reads.get(target.name) ?? Promise.resolve();
    // Also after one that was rejected, which is reported to its own caller.
    const result = before.then(next, next);
    reads.set(target.name, result);
    return result;
  };
  return {
    snapshots,
    read: (target, changed) => inTurn(target, () => reader.read(target, changed)),
    async readForBuild(target) {
      // The sent bytes did not have the expected digest, which may have been cached.
      const again = () => reader.readAgain?.(target) ?? reader.read(target, "everything");
      const result = await inTurn(target, again);
      if (result.ok) {
        snapshots.set(target.name, result.value);
        onReadByBuild(target, result.value);
      }
      return result;
    },
  };
}
