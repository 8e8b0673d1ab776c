// The graph of targets as data: each dependency, and its place in the config. Types only.
import type { Target } from "../definition/target.ts";
import type { ConfigPath } from "../failure/config-place.ts";

/** The reason of a dependency. */
export type EdgeReason = "build-image" | "runtime-image" | "dockerfile" | "depends-on";

/** One need: `from` is built after `to`. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly reason: EdgeReason;
  /** The config place that makes the edge. */
  readonly path: ConfigPath;
}

/** An image that a target is made from. */
export interface NeededImage {
  readonly role: "build-image" | "runtime-image" | "dockerfile";
  /** The normal form of the reference; for an image made by a target, that target's tag. */
  readonly reference: string;
  /** The usual spelling. */
  readonly short: string;
  /** The target that makes it, if one does. */
  readonly target: string | undefined;
  readonly path: ConfigPath;
}

/** An image to which a dependency layer can be added. */
export type LayerRole = Exclude<NeededImage["role"], "dockerfile">;

export interface TargetNode {
  readonly target: Target;
  /** Names of the targets it needs, each once. */
  readonly dependencies: readonly string[];
  /** Names of the targets that need it, each once. */
  readonly dependents: readonly string[];
  readonly images: readonly NeededImage[];
}

/** Nodes by name; iteration order is a build order: dependencies first. */
export interface TargetGraph {
  readonly nodes: ReadonlyMap<string, TargetNode>;
  readonly edges: readonly Edge[];
  /** Targets that others need and that are left as they are: by name, the normal form of each one's tag. */
  readonly given?: ReadonlyMap<string, string> | undefined;
}
