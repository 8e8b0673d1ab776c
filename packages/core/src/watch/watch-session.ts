// The options of a watch, and its handle. Types only.
import type { ServiceTarget } from "../definition/dev-settings.ts";
import type { DevContainers } from "../dev/create-dev-containers.ts";
import type { Engine } from "../engine/engine.ts";
import type { SessionFinished } from "../execute/event.ts";
import type { Session } from "../execute/session.ts";
import type { WatchIdle } from "../execute/watch-event.ts";
import type { Result } from "../failure/result.ts";
import type { Sources } from "../source/source.ts";
import type { WaitingChanges } from "./waiting-changes.ts";
import type { DiskChange, OnBusy, SourceReader, WatchClock } from "./watch-ports.ts";

/** A config with everything that was read for it. Replaced as a whole when the config changes. */
export type WatchProject = Pick<
  Session,
  "graph" | "targetNames" | "snapshots" | "dockerfiles" | "lock" | "secrets"
> &
  Pick<Sources, "withCheckouts"> & {
    /** Names of the apps whose containers are run; left out: none. */
    readonly run?: ReadonlySet<string> | undefined;
    /** That run beside them; left out: none. */
    readonly services?: readonly ServiceTarget[] | undefined;
  };

/** Nothing is pushed by a watch, whatever the config sets: others get a tag only on request. */
export interface WatchOptions
  extends Pick<
    Session,
    | "id"
    | "facts"
    | "flags"
    | "engine"
    | "leftovers"
    | "records"
    | "ledger"
    | "toolVersion"
    | "sourceCaches"
    | "concurrency"
    | "onPlanned"
    | "emit"
    | "signal"
  > {
  /** Asked for results until everything is up to date for the first time; none are added. It loads all that it has. */
  readonly store?: Session["store"];
  readonly project: WatchProject;
  readonly sources: Pick<Sources, "pack" | "hostTrust" | "matchPaths">;
  readonly reader: SourceReader;
  readonly clock: WatchClock;
  readonly onBusy: OnBusy;
  /** For how many of the targets that were built last the container of the next build is started ahead. */
  readonly startAhead: number;
  /** Milliseconds without a change after which a source is read; left out: 50. */
  readonly quietPeriod?: number | undefined;
  /**
   * Reads the config again, with everything in WatchProject; failures come with their places. Nothing is started
   * meanwhile. Calls do not overlap.
   */
  readonly reload: () => Promise<Result<WatchProject>>;
  /** Resolves when the engine answers again, which may take for ever; rejects with the signal's reason. */
  readonly reconnect: (signal: AbortSignal) => Promise<Engine>;
  /**
   * Called each time it has become idle, after the event. A path that changes meanwhile may have been changed by
   * it, and is watched for a loop. Must not reject.
   */
  readonly onIdle?: ((idle: WatchIdle) => Promise<void>) | undefined;
  /** Runs the apps of `project.run`; closed when the watch ends. */
  readonly containers?: DevContainers | undefined;
}

export interface Watching {
  /** Reports a change of the disk; a change of the config makes it reload. */
  change(change: DiskChange): void;
  /** Builds these targets, all if left out, whether or not anything changed; dependents follow by key. */
  rebuild(request: {
    readonly targets?: readonly string[] | undefined;
    /** Without artifacts of earlier builds and without the engine's cache. */
    readonly clean: boolean;
  }): void;
  /** While it is paused, changes are collected, and no build, read or reload begins; running builds end. */
  pause(isPaused: boolean): void;
  /** The changes that wait to be read; while it is paused, all since then. */
  waiting(): WaitingChanges;
  /** Ends all builds, removes their leftovers, and resolves to the last event. Also when the signal is aborted. */
  stop(): Promise<SessionFinished>;
  /** Resolves with the last event, in any case of stop. Never rejects. */
  readonly finished: Promise<SessionFinished>;
}
