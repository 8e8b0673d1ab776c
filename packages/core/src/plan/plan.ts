// The plan of a session as data: output of `sti plan`. Types only.
import type { Method } from "../definition/method.ts";
import type { Failure } from "../failure/failure.ts";
import type { LayerRole } from "../graph/target-graph.ts";
import type { SourceRevision } from "../source/source.ts";
import type { Cause } from "./cause.ts";
import type { LockState } from "./check-lock.ts";
import type { LockedImage } from "./lock.ts";
import type { Step } from "./step.ts";

export type PlannedDecision =
  | { readonly kind: "up-to-date"; readonly key: string; readonly reason: string }
  | {
      readonly kind: "build";
      readonly key: string;
      readonly reason: string;
      /** The causes of the reason, as data; smallest first. */
      readonly causes: readonly Cause[];
    }
  /** Decided only when something else is known: an image that is built or pulled first, or the engine itself. */
  | {
      readonly kind: "open";
      readonly reason: string;
      /** The certain causes: changes of its own, and targets that are built before. */
      readonly causes: readonly Cause[];
    };

export interface PlannedTarget {
  readonly name: string;
  readonly kind: "app" | "image";
  /** Of a target that is built for several platforms: "linux/arm64". */
  readonly platform?: string | undefined;
  readonly tag: string;
  readonly method: Method | undefined;
  readonly dependsOn: readonly string[];
  /** Images it is made from that no target of the session makes, as they are written. */
  readonly externalImages: readonly string[];
  readonly source: {
    readonly files: number;
    readonly size: number;
    readonly digest: string;
    /** Only of a source that comes from git. */
    readonly revision?: SourceRevision | undefined;
    /** Notes about it for the user, a sentence each. */
    readonly notes: readonly string[];
  };
  readonly decision: PlannedDecision;
  /** Of an app that is built: whether it gets the artifacts of the previous build, and if not, why. */
  readonly reuse:
    | { readonly kind: "incremental" }
    | { readonly kind: "clean"; readonly reason: string }
    | undefined;
  /** The dependency layers that it is based on, or the reasons why there are none; empty where none is meant to be. */
  readonly layers: readonly PlannedLayer[];
  /** Whether `sti run` pushes its image, as the config has it. */
  readonly push: boolean;
  /** The steps of its build; empty if up to date. Planned without an engine's facts where these are missing. */
  readonly steps: readonly Step[];
  readonly failures: readonly Failure[];
}

export type PlannedLayer =
  | {
      readonly role: LayerRole;
      /** "present": the engine has it. "missing": prepare-dependencies runs first. */
      readonly state: "present" | "missing";
      readonly tag: string;
      readonly key: string;
      /** The patterns of its inputs. */
      readonly inputs: readonly string[];
      /** Number of files that they match. */
      readonly files: number;
      /** Bytes on top of its base, where the engine has it. */
      readonly size: number | undefined;
    }
  | { readonly role: LayerRole; readonly state: "none"; readonly reason: string };

/** Facts about an image that the session's targets are made from and none of them makes. */
export interface PlannedImage {
  /** As it is written. */
  readonly image: string;
  /** Undefined where the engine was not asked. */
  readonly state: LockState | undefined;
  readonly locked: LockedImage | undefined;
  /** The engine's image under this name. */
  readonly present: Pick<LockedImage, "digest" | "id"> | undefined;
}

export interface Plan {
  /** Dependencies first. */
  readonly targets: readonly PlannedTarget[];
  /** Undefined where the config has no lock file. */
  readonly externalImages: readonly PlannedImage[] | undefined;
}
