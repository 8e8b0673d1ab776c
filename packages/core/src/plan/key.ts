// The key: one hash over everything that decides a target's result. Equal key, equal image.
import { createHash } from "node:crypto";
import type { AppTarget, ImageTarget } from "../definition/target.ts";
import { workspacePackage } from "../definition/workspace-package.ts";
import type { TargetNode } from "../graph/target-graph.ts";

/** Raised when the way images are made changes, so that none made in the old way counts as up to date. */
const KEY_SCHEMA = 1;

/** What a key is made of besides the target itself. */
export interface KeyInputs {
  /** Digest of the source or context, hex. */
  readonly sourceDigest: string;
  /** Text of an image entry's Dockerfile, which need not be part of its context. */
  readonly dockerfile: string | undefined;
  /** Ids of the images the target is made from, in the order of the node's `images`. */
  readonly imageIds: readonly string[];
  /** Ids of the images of the targets named in `dependsOn`, in that order. */
  readonly dependencyIds: readonly string[];
  readonly time: number;
}

/** sha256, hex. */
export function computeKey(node: TargetNode, inputs: KeyInputs): string {
  const { target } = node;
  const preimage = {
    schema: KEY_SCHEMA,
    target: target.kind === "app" ? appFields(target) : imageFields(target),
    labels: sorted(target.labels),
    source: inputs.sourceDigest,
    dockerfile: inputs.dockerfile,
    images: inputs.imageIds,
    dependencies: inputs.dependencyIds,
    time: inputs.time,
  };
  return createHash("sha256").update(JSON.stringify(preimage)).digest("hex");
}

function appFields(target: AppTarget): unknown {
  return {
    kind: target.kind,
    name: target.name,
    method: target.method,
    extended: target.runtimeImage !== undefined,
    env: digested(target.env),
    buildEnv: digested(target.buildEnv),
    // By name alone: whoever could guess a value could else check it against the key.
    secrets: Object.keys(target.secrets).sort(),
    scripts: target.scripts,
    // Two packages that depend on each other have the same source.
    workspace: workspacePackage(target),
    // What else a script may use decides whether it succeeds, not what it makes.
    network: target.limits.network,
    hosts: target.limits.hosts,
    user: target.limits.user,
  };
}

function imageFields(target: ImageTarget): unknown {
  return {
    kind: target.kind,
    name: target.name,
    dockerfile: target.dockerfile,
    args: digested(target.args),
    stage: target.stage,
  };
}

/** Values may come from the environment: they are in the key by their digests only. */
function digested(record: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return sorted(record).map(([name, value]) => [name, createHash("sha256").update(value).digest("hex")]);
}

function sorted(record: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
