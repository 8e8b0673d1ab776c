// The origin of an image that no target makes: present in the engine, tagged there by another name, or pulled. Pure.
import type { PullPolicy } from "../definition/pull-policy-schema.ts";
import type { NeededImage, TargetGraph } from "../graph/target-graph.ts";
import type { Facts } from "./facts.ts";
import { isLockedImage, type Lock, nameByDigest } from "./lock.ts";

export type ImageDecision =
  /** The engine has it under its name. */
  | { readonly kind: "present"; readonly id: string }
  /** The engine has the locked image, but not under its name: it only gets the tag. */
  | { readonly kind: "tag"; readonly id: string }
  /** `reference` is pulled; if it is not the image's own, the pulled image gets the image's tag. */
  | { readonly kind: "pull"; readonly reference: string }
  /** It is not there and may not be pulled. */
  | { readonly kind: "missing" };

export function decideImage(
  image: NeededImage,
  policy: PullPolicy,
  known: { readonly facts: Facts; readonly lock: Lock | undefined },
): ImageDecision {
  const { images } = known.facts;
  const present = images.get(image.reference);
  const locked = known.lock?.get(image.reference);
  if (present !== undefined) {
    // There is no newer image of a locked one, or of one written with its digest.
    const isFixed = image.reference.includes("@") || (locked !== undefined && isLockedImage(present, locked));
    if (policy !== "always" || isFixed) return { kind: "present", id: present.id };
  }
  const byDigest = nameByDigest(image.reference, locked);
  const elsewhere = byDigest === undefined ? undefined : images.get(byDigest);
  if (elsewhere !== undefined) return { kind: "tag", id: elsewhere.id };
  if (policy === "never") return { kind: "missing" };
  return { kind: "pull", reference: byDigest ?? image.reference };
}

/** The id that an image will have; undefined until it is pulled. */
export function findImageId(...asked: Parameters<typeof decideImage>): string | undefined {
  const decision = decideImage(...asked);
  return decision.kind === "present" || decision.kind === "tag" ? decision.id : undefined;
}

/** The id of the image of a target that is left as it is; undefined where the engine does not have it. */
export function findGivenId(graph: TargetGraph, target: string, facts: Facts): string | undefined {
  const tag = graph.given?.get(target);
  return tag === undefined ? undefined : facts.images.get(tag)?.id;
}
