// The key: one hash over everything that decides a target's result. Equal key, equal image.
import { createHash } from "node:crypto";
import type { AppTarget, ImageTarget } from "../definition/target.ts";
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
    env: sorted(target.env),
    buildEnv: sorted(target.buildEnv),
    scripts: target.scripts,
  };
}

function imageFields(target: ImageTarget): unknown {
  return {
    kind: target.kind,
    name: target.name,
    dockerfile: target.dockerfile,
    args: sorted(target.args),
    stage: target.stage,
  };
}

function sorted(record: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
