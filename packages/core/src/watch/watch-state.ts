// The state of a watch, its inputs and its effects. Types and the first state; advance-watch.ts has the transitions.
// Nothing here knows of engines, disks or clocks.
import type { PathHistory } from "./loop-guard.ts";
import type { OnBusy } from "./watch-ports.ts";

export interface WatchPolicy {
  /** Milliseconds without a change after which a source is read. */
  readonly quietPeriod: number;
  /** Milliseconds after which it is read however much changes. */
  readonly longestNoise: number;
  readonly onBusy: OnBusy;
  /** Number of targets that are built at once. */
  readonly concurrency: number;
}

/** A target as it is watched. */
export interface WatchedTarget {
  readonly name: string;
  /** The target's whole definition in the config; differs if that changed. */
  readonly definition: string;
  readonly dependencies: readonly string[];
  /** Higher priorities are built first. */
  readonly priority: number;
  /** Of its source. */
  readonly digest: string;
}

/** The inputs of an image, as far as a watch knows them. Equal inputs mean equal keys. */
export interface Inputs {
  readonly definition: string;
  /** Digest of the source; undefined while it cannot be read. */
  readonly source: string | undefined;
  /** Ids of the dependencies' images, in their order. */
  readonly images: readonly string[];
}

/** Changes that wait to be read. */
export interface PendingChanges {
  /** Milliseconds since 1970, of the first and of the last one. */
  readonly since: number;
  readonly last: number;
  /** The paths named; not all that changed when `everything` is set. */
  readonly paths: ReadonlySet<string>;
  readonly everything: boolean;
  /** Paths that changed while the target was built or a follow-up was at work. */
  readonly suspects: ReadonlySet<string>;
}

export interface Run extends Inputs {
  readonly isCancelled: boolean;
  readonly asked: Asked | undefined;
}

/** The user's request for a build whether or not anything changed. */
export type Asked = "rebuild" | "clean";

export interface TargetState extends WatchedTarget {
  /** The config does not have it any more, but its build has not ended yet. */
  readonly isRemoved: boolean;
  /** Digest of the source as it was read last; undefined when it could not be read. */
  readonly source: string | undefined;
  readonly changes: PendingChanges | undefined;
  /** The changes that are being read. */
  readonly reading: (PendingChanges & { readonly id: number }) | undefined;
  /** It was read though the noise went on, and is not to wait for the end of it. */
  readonly isRushed: boolean;
  readonly asked: Asked | undefined;
  readonly run: Run | undefined;
  /** The inputs of its image, and that image; undefined while unknown: the key decides. */
  readonly done: (Inputs & { readonly imageId: string }) | undefined;
  /** The image it had last, known good or not. */
  readonly imageId: string | undefined;
  /** The inputs of its last failure. `isLasting`: the same inputs will fail again. */
  readonly failed: (Inputs & { readonly isLasting: boolean }) | undefined;
  /** Number of its builds in a row that were cancelled for a newer one. */
  readonly restarts: number;
  /** Number of times in a row that the engine went away while it was built. */
  readonly losses: number;
  /** The last report of its state; undefined when that is outdated, or is to be reported once more. */
  readonly reported: "made" | "failed" | "skipped" | undefined;
  /** Paths that are blamed for the next build, in case of a loop. */
  readonly suspects: ReadonlySet<string>;
  readonly guard: ReadonlyMap<string, PathHistory>;
}

export interface WatchState {
  readonly policy: WatchPolicy;
  /** Dependencies first. */
  readonly targets: ReadonlyMap<string, TargetState>;
  readonly isEngineLost: boolean;
  /** Changes are collected, and nothing is begun. */
  readonly isPaused: boolean;
  /** State of the list of the engine's images. Nothing is built on old facts. */
  readonly facts: "fresh" | "asked" | "old";
  readonly config: {
    readonly changes: Pick<PendingChanges, "since" | "last"> | undefined;
    readonly isLoading: boolean;
    /** It could not be read the last time: any change may fix it. */
    readonly isBroken: boolean;
  };
  /** Since it was quiet last; undefined while it is quiet. */
  readonly activity:
    | {
        readonly since: number;
        /** Nothing happened that is worth a report. */
        readonly isSilent: boolean;
        /** Targets with new images. */
        readonly changed: ReadonlySet<string>;
      }
    | undefined;
  /** The follow-up of a build is at work, which may change files. */
  readonly isFollowedUp: boolean;
  /** Number of reads so far. */
  readonly reads: number;
  readonly isStopping: boolean;
  readonly isStopped: boolean;
  /** The time of the next wake-up, milliseconds since 1970. */
  readonly wakeAt: number | undefined;
}

export type WatchInput =
  | { readonly kind: "sources-changed"; readonly changes: ReadonlyMap<string, readonly string[]> }
  | { readonly kind: "everything-changed" }
  | { readonly kind: "config-changed" }
  /** The time it wanted to be woken at has come. */
  | { readonly kind: "woke" }
  /** `digest` undefined: it cannot be read. */
  | {
      readonly kind: "source-read";
      readonly target: string;
      /** Of the effect that asked for it. */
      readonly read: number;
      readonly digest: string | undefined;
      /** The app's container has it already: no image has to be made of it. */
      readonly isSynced?: boolean;
    }
  /** A build found that its source had changed, and goes on with the new one. */
  | { readonly kind: "source-read-by-build"; readonly target: string; readonly digest: string }
  | { readonly kind: "build-ended"; readonly target: string; readonly end: BuildEnd }
  /** `missing`: targets whose images are not those that they had. */
  | { readonly kind: "surveyed"; readonly missing: readonly string[] }
  | { readonly kind: "replaced"; readonly targets: readonly WatchedTarget[] }
  | { readonly kind: "config-broken" }
  | { readonly kind: "engine-lost" }
  | { readonly kind: "engine-back" }
  | {
      readonly kind: "rebuild-asked";
      readonly targets: readonly string[] | undefined;
      readonly clean: boolean;
    }
  | { readonly kind: "follow-up"; readonly isAtWork: boolean }
  | { readonly kind: "paused"; readonly isPaused: boolean }
  | { readonly kind: "stop" };

export type BuildEnd =
  /** `isNew`: it was built, not found. */
  | { readonly kind: "made"; readonly imageId: string; readonly isNew: boolean }
  | { readonly kind: "failed"; readonly isLasting: boolean }
  | { readonly kind: "cancelled" }
  /** The engine went away. */
  | { readonly kind: "lost" };

export type WatchEffect =
  /** Undefined: not at all. Replaces the earlier one. */
  | { readonly kind: "wake"; readonly at: number | undefined }
  | { readonly kind: "survey" }
  | { readonly kind: "read"; readonly id: number; readonly reads: ReadonlyMap<string, PendingChanges> }
  | { readonly kind: "build"; readonly target: string; readonly asked: Asked | undefined }
  | { readonly kind: "cancel"; readonly target: string; readonly because: CancelReason }
  | { readonly kind: "skip"; readonly target: string; readonly because: string }
  /** Its image is right, though something had happened. */
  | { readonly kind: "unchanged"; readonly target: string }
  /** Its source cannot be read, or it is as it was when it failed. */
  | { readonly kind: "failed"; readonly target: string }
  | {
      readonly kind: "pause";
      readonly target: string;
      readonly path: string;
      readonly builds: number;
      readonly quiet: number;
    }
  | { readonly kind: "reload" }
  | { readonly kind: "reconnect" }
  | {
      readonly kind: "idle";
      readonly since: number;
      readonly changed: readonly string[];
      readonly failed: readonly string[];
      readonly isSilent: boolean;
    }
  | { readonly kind: "stopped" };

export type CancelReason =
  | { readonly kind: "changed" }
  | { readonly kind: "dependency"; readonly target: string }
  | { readonly kind: "asked" }
  | { readonly kind: "removed" }
  | { readonly kind: "engine-lost" }
  | { readonly kind: "stop" };

const NO_PATHS: ReadonlySet<string> = new Set();

export function startWatch(policy: WatchPolicy, targets: readonly WatchedTarget[], at: number): WatchState {
  return {
    policy,
    targets: new Map(targets.map((target) => [target.name, newTarget(target)])),
    isEngineLost: false,
    isPaused: false,
    facts: "fresh",
    config: { changes: undefined, isLoading: false, isBroken: false },
    activity: { since: at, isSilent: false, changed: NO_PATHS },
    isFollowedUp: false,
    reads: 0,
    isStopping: false,
    isStopped: false,
    wakeAt: undefined,
  };
}

export function newTarget(target: WatchedTarget): TargetState {
  return {
    ...target,
    isRemoved: false,
    source: target.digest,
    changes: undefined,
    reading: undefined,
    isRushed: false,
    asked: undefined,
    run: undefined,
    done: undefined,
    imageId: undefined,
    failed: undefined,
    restarts: 0,
    losses: 0,
    reported: undefined,
    suspects: NO_PATHS,
    guard: new Map(),
  };
}
