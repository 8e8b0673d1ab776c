// Whether a target has to be built: by its key, against the label of the image that has its tag. Pure.
import type { TargetNode } from "../graph/target-graph.ts";
import type { Facts } from "./facts.ts";
import type { PlanFlags } from "./flags.ts";
import { computeKey } from "./key.ts";
import { LABEL } from "./labels.ts";

/** The image ids a decision needs. */
export interface SettledImages {
  /** Ids of the images the target is made from, in the order of the node's `images`. */
  readonly imageIds: readonly string[];
  /** Ids of the images of the targets named in `dependsOn`, in that order. */
  readonly dependencyIds: readonly string[];
}

export type Decision =
  | { readonly kind: "up-to-date"; readonly key: string; readonly imageId: string; readonly reason: string }
  | {
      readonly kind: "build";
      readonly key: string;
      readonly reason: string;
      /** Id of the image that has the tag now, which the new one replaces. */
      readonly replaces: string | undefined;
    };

/** Decides for one target whose dependencies have settled. */
export function decideTarget(
  node: TargetNode,
  context: {
    readonly sourceDigest: string;
    /** Text of an image entry's Dockerfile. */
    readonly dockerfile: string | undefined;
    readonly settled: SettledImages;
    readonly facts: Facts;
    readonly flags: PlanFlags;
  },
): Decision {
  const { target } = node;
  const { dockerfile, facts, flags, settled, sourceDigest } = context;
  const key = computeKey(node, { ...settled, sourceDigest, dockerfile, time: flags.time });
  const present = facts.images.get(target.tag.full);
  const build = (reason: string): Decision => ({ kind: "build", key, reason, replaces: present?.id });

  if (present === undefined) return build("no image has its tag");
  if (present.labels[LABEL.managed] === undefined) return build("the image with its tag was not made by sti");
  if (present.labels[LABEL.target] !== target.name) {
    return build(`the image with its tag is of target ${present.labels[LABEL.target]}`);
  }
  if (flags.force) return build("forced");
  if (present.labels[LABEL.key] !== key) return build("its inputs changed");
  const buildTag = target.kind === "app" ? target.buildTag : undefined;
  if (buildTag !== undefined && facts.images.get(buildTag.full)?.labels[LABEL.key] !== key) {
    return build(`${buildTag.short} is missing`);
  }
  return { kind: "up-to-date", key, imageId: present.id, reason: "nothing changed" };
}
