// The outside world for a watch: the disk's changes, timers, sources read again. Types only.
import type { Target } from "../definition/target.ts";
import type { Result } from "../failure/result.ts";
import type { SourceSnapshot } from "../source/source.ts";

/** A report of the disk's changes. Paths are relative to the config's folder, "/"-separated. */
export type DiskChange =
  | {
      readonly kind: "sources";
      /** Changed paths by target. */
      readonly changes: ReadonlyMap<string, readonly string[]>;
    }
  /** The config, its imports, or another file that is read with it: Dockerfiles, env files, the lock file. */
  | { readonly kind: "config"; readonly paths: readonly string[] }
  /** Events may have been lost (queue overflow, replaced root): everything must be read. */
  | { readonly kind: "everything" };

/** The session's clock, with timers. */
export interface WatchClock {
  /** Milliseconds since 1970; never goes back by more than a quiet period matters. */
  now(): number;
  /** Calls once after so many milliseconds. Returns a function that cancels the call. */
  after(milliseconds: number, call: () => void): () => void;
}

/** Reads sources again; the cost is proportional to the changes. Kept by @sti/source. */
export interface SourceReader {
  /**
   * The target's source as it is now. `changed` are the paths that the disk named since the last read of this
   * target, or "everything" when anything may have changed. Calls for one target do not overlap.
   */
  read(target: Target, changed: readonly string[] | "everything"): Promise<Result<SourceSnapshot>>;
  /** Reads every byte again: the sent bytes did not match their digest. Left out: `read` of everything. */
  readAgain?(target: Target): Promise<Result<SourceSnapshot>>;
}

/** The treatment of a running build when an input of it changes. */
export type OnBusy =
  /** It is cancelled, and begins again when its container is gone. */
  | "restart"
  /** It ends, and the target is built once more. */
  | "queue";
