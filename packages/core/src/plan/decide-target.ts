// Whether a target has to be built: by its key, against the label of the image that has its tag. explain-decision.ts
// finds the reason of another key. Pure.
import { declaredName } from "../definition/declared-name.ts";
import type { Target } from "../definition/target.ts";
import type { TargetNode } from "../graph/target-graph.ts";
import type { SourceSnapshot } from "../source/source.ts";
import type { Cause } from "./cause.ts";
import type { Facts } from "./facts.ts";
import type { PlanFlags } from "./flags.ts";
import { hashKey, type KeyInputs, type KeyPreimage, keyPreimage } from "./key.ts";
import { LABEL } from "./labels.ts";

export type Decision =
  | {
      readonly kind: "up-to-date";
      readonly key: string;
      readonly preimage: KeyPreimage;
      readonly imageId: string;
      readonly reason: string;
    }
  | {
      readonly kind: "build";
      readonly key: string;
      readonly preimage: KeyPreimage;
      /** The cause, by the engine's images. */
      readonly because: Cause;
      /** Id of the image that has the tag now, which the new one replaces. */
      readonly replaces: string | undefined;
    };

/** Decides for one target whose dependencies have finished. */
export function decideTarget(
  node: TargetNode,
  context: {
    readonly sourceDigest: string;
    /** Of the source. */
    readonly git: SourceSnapshot["git"];
    /** Text of an image entry's Dockerfile. */
    readonly dockerfile: string | undefined;
    readonly needed: Pick<KeyInputs, "images" | "dependencies">;
    readonly facts: Facts;
    readonly flags: PlanFlags;
  },
): Decision {
  const { target } = node;
  const { dockerfile, facts, flags, git, needed, sourceDigest } = context;
  const preimage = keyPreimage(node, {
    ...needed,
    sourceDigest,
    git,
    dockerfile,
    time: flags.time,
    platform: enginePlatform(facts),
  });
  const key = hashKey(preimage);
  const present = facts.images.get(target.tag.full);
  const build = (because: Cause): Decision => ({
    kind: "build",
    key,
    preimage,
    because,
    replaces: present?.id,
  });

  const strange = findStrangeImage(target, facts);
  if (strange !== undefined) return build(strange);
  if (present?.labels[LABEL.key] !== key) return build({ kind: "inputs-changed" });
  if (flags.force) return build({ kind: "forced" });
  const buildTag = target.kind === "app" ? target.buildTag : undefined;
  if (buildTag !== undefined && facts.images.get(buildTag.full)?.labels[LABEL.key] !== key) {
    return build({ kind: "build-half-missing", tag: buildTag.short });
  }
  return { kind: "up-to-date", key, preimage, imageId: present.id, reason: "nothing changed" };
}

/** "linux/amd64"; undefined where no engine was asked. */
export function enginePlatform({ engine }: Pick<Facts, "engine">): string | undefined {
  return engine && `${engine.os}/${engine.architecture}`;
}

/** The cause of a build whatever the key: the image with the target's tag is missing, or no result of the target. */
export function findStrangeImage(target: Target, facts: Facts): Cause | undefined {
  const labels = facts.images.get(target.tag.full)?.labels;
  const tag = target.tag.short;
  if (labels === undefined) return { kind: "image-missing", tag, wasBuiltHere: false };
  const name = labels[LABEL.managed] === undefined ? undefined : labels[LABEL.target];
  if (name === declaredName(target)) return undefined;
  return { kind: "image-foreign", tag, target: name ?? null };
}

/** The key of the image that has the target's tag, if that is a result of it. */
export function presentKey(target: Target, facts: Facts): string | undefined {
  if (findStrangeImage(target, facts) !== undefined) return undefined;
  return facts.images.get(target.tag.full)?.labels[LABEL.key];
}
