// What a watch knows, what it is told, and what it wants done. Types and the first state; what follows from what is
// advance-watch.ts. Nothing here knows of engines, disks or clocks.
import type { PathHistory } from "./loop-guard.ts";
import type { OnBusy } from "./watch-ports.ts";

export interface WatchPolicy {
  /** Milliseconds without a change after which a source is read. */
  readonly quietPeriod: number;
  /** Milliseconds after which it is read however much changes. */
  readonly longestNoise: number;
  readonly onBusy: OnBusy;
  /** How many targets are built at once. */
  readonly concurrency: number;
}

/** A target as it is watched. */
export interface WatchedTarget {
  readonly name: string;
  /** Everything that the config says of it; differs when it is another one. */
  readonly definition: string;
  readonly dependencies: readonly string[];
  /** What is higher is built first. */
  readonly priority: number;
  /** Of its source. */
  readonly digest: string;
}

/** What an image is made from, as far as a watch can know. Equal inputs mean equal keys. */
export interface Inputs {
  readonly definition: string;
  /** Digest of the source; undefined while it cannot be read. */
  readonly source: string | undefined;
  /** Ids of the dependencies' images, in their order. */
  readonly images: readonly string[];
}

/** Changes that wait to be looked at. */
export interface PendingChanges {
  /** Milliseconds since 1970, of the first and of the last one. */
  readonly since: number;
  readonly last: number;
  /** The paths named; not all that changed when `everything` is set. */
  readonly paths: ReadonlySet<string>;
  readonly everything: boolean;
  /** Paths that changed while the target was built or what follows a build was at work. */
  readonly suspects: ReadonlySet<string>;
}

export interface Run extends Inputs {
  readonly isCancelled: boolean;
  readonly asked: Asked | undefined;
}

/** What the user asked for: a build whether or not anything changed. */
export type Asked = "rebuild" | "clean";

export interface TargetState extends WatchedTarget {
  /** The config does not have it any more, but its build has not ended yet. */
  readonly isRemoved: boolean;
  /** Digest of the source as it was read last; undefined when it could not be read. */
  readonly source: string | undefined;
  readonly changes: PendingChanges | undefined;
  /** What was to be read, while it is being read. */
  readonly reading: (PendingChanges & { readonly id: number }) | undefined;
  /** It was read though the noise went on, and is not to wait for the end of it. */
  readonly isRushed: boolean;
  readonly asked: Asked | undefined;
  readonly run: Run | undefined;
  /** What its image was made from, and that image; undefined when that has to be found out by key. */
  readonly done: (Inputs & { readonly imageId: string }) | undefined;
  /** The image it had last, known good or not. */
  readonly imageId: string | undefined;
  /** What it could not be built from. `isLasting`: the same inputs will fail again. */
  readonly failed: (Inputs & { readonly isLasting: boolean }) | undefined;
  /** How often in a row a build of it was cancelled for a newer one. */
  readonly restarts: number;
  /** How often in a row the engine went away while it was built. */
  readonly losses: number;
  /** What was told last of how it stands; undefined when that holds no longer, or is to be told once more. */
  readonly told: "made" | "failed" | "skipped" | undefined;
  /** Paths that the next build is blamed on, if it comes to a loop. */
  readonly suspects: ReadonlySet<string>;
  readonly guard: ReadonlyMap<string, PathHistory>;
}

export interface WatchState {
  readonly policy: WatchPolicy;
  /** Dependencies first. */
  readonly targets: ReadonlyMap<string, TargetState>;
  readonly isEngineLost: boolean;
  /** What is known of the engine's images. Nothing is built on old facts. */
  readonly facts: "fresh" | "asked" | "old";
  readonly config: {
    readonly changes: Pick<PendingChanges, "since" | "last"> | undefined;
    readonly isLoading: boolean;
    /** It could not be read the last time: whatever changes may mend it. */
    readonly isBroken: boolean;
  };
  /** Since it was quiet last; undefined while it is quiet. */
  readonly activity:
    | {
        readonly since: number;
        /** Nothing happened that is worth telling of. */
        readonly isSilent: boolean;
        /** Targets with new images. */
        readonly changed: ReadonlySet<string>;
      }
    | undefined;
  /** What follows a build is at work, which may change files. */
  readonly isFollowedUp: boolean;
  /** How many times sources were read. */
  readonly reads: number;
  readonly isStopping: boolean;
  readonly isStopped: boolean;
  /** When it wants to be woken, milliseconds since 1970. */
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
  /** A build found that its source had changed, and goes on with what it read then. */
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
      readonly kind: "settled";
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
    told: undefined,
    suspects: NO_PATHS,
    guard: new Map(),
  };
}
