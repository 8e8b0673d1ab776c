// A build as another machine gets it: plain JSON, without a path, a value of a secret or a byte of a source.
import { NO_RULES } from "../definition/compare-rules.ts";
import type { Target } from "../definition/target.ts";
import type { TargetNode } from "../graph/target-graph.ts";
import type { PlanFlags } from "../plan/flags.ts";
import type { LockEntry } from "../plan/lock.ts";
import type { Dockerfile } from "../source/dockerfile.ts";
import type { SourceSnapshot } from "../source/source.ts";
import type { StoredBlob } from "../store/artifact-store.ts";
import type { Platform } from "../store/registry-image.ts";

export const TASK_VERSION = 1;

/** What a snapshot has beside its entries. */
export type SourceFacts = Pick<SourceSnapshot, "binaries" | "checkout" | "git" | "outside" | "revision">;

/** A finished target that the build is made from, or depends on. */
export interface TaskDependency {
  readonly node: TargetNode;
  /** Of its result in the store. */
  readonly key: string;
  /** Of the manifest or index in the store, "sha256:…". */
  readonly digest: string;
}

export interface BuildTask {
  readonly version: typeof TASK_VERSION;
  /** Of the session that asks. */
  readonly session: string;
  readonly node: TargetNode;
  readonly dependencies: readonly TaskDependency[];
  /** Of an image entry. */
  readonly dockerfile?: Dockerfile | undefined;
  /** The result has to have it. */
  readonly key: string;
  readonly platform: Platform;
  readonly source: { readonly digest: string; readonly packed: StoredBlob; readonly facts: SourceFacts };
  /** Of the lock file, those of the node's images. */
  readonly locked: readonly (readonly [reference: string, entry: LockEntry])[];
  readonly flags: PlanFlags;
  readonly store: { readonly repository: string; readonly insecure: boolean };
}

/** The node without what only its own machine uses. Origins of secrets become their names. */
export function shareableNode(node: TargetNode): TargetNode {
  return { ...node, dependents: [], target: shareable(node.target) };
}

function shareable(target: Target): Target {
  const secrets = Object.fromEntries(Object.keys(target.secrets).map((name) => [name, { env: name }]));
  const common = { secrets, unset: [] };
  if (target.kind === "image") return { ...target, ...common };
  return { ...target, ...common, dev: undefined, checks: undefined, compare: NO_RULES };
}

export function factsOfSource({ binaries, checkout, git, outside, revision }: SourceSnapshot): SourceFacts {
  return { binaries, checkout, git, outside, revision };
}
