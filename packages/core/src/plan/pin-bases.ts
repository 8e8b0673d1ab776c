// Names locked images by their digests, in a generated Dockerfile and in users' ones, for engines whose builder asks the
// registry about a tag even if the engine has the image: there a tag that moved would be built on instead of the locked
// image. Pure.
import { normaliseReference } from "../definition/image-reference.ts";
import type { TargetNode } from "../graph/target-graph.ts";
import type { Dockerfile, WrittenImage } from "../source/dockerfile.ts";
import { decideImage } from "./decide-image.ts";
import type { Facts } from "./facts.ts";
import { isLockedImage, type Lock, nameByDigest } from "./lock.ts";

/** Names with digests, by the normal form of the references that they replace. */
export type PinnedBases = ReadonlyMap<string, string>;

/** Empty where the engine takes its own images. An image that is used although it is not the locked one is left out. */
export function findPinnedBases(
  { images, target }: TargetNode,
  known: { readonly facts: Facts; readonly lock: Lock | undefined },
): PinnedBases {
  if (known.facts.engine?.asksRegistryForBases !== true) return new Map();
  return new Map(
    images.flatMap((image) => {
      const locked = known.lock?.get(image.reference);
      const name = nameByDigest(image.reference, locked);
      if (locked === undefined || name === undefined || image.target !== undefined) return [];
      const present = known.facts.images.get(image.reference);
      const isUsed = decideImage(image, target.pull, known).kind === "present";
      const isOther = isUsed && present !== undefined && !isLockedImage(present, locked);
      return isOther ? [] : [[image.reference, name] as const];
    }),
  );
}

/** The Dockerfile with these names. */
export function pinBases(dockerfile: Dockerfile, bases: PinnedBases): Dockerfile {
  let [text, end] = ["", 0];
  const images = dockerfile.images.map(({ name, offset }): WrittenImage => {
    const reference = normaliseReference(name);
    const pinned = (reference === undefined ? undefined : bases.get(reference)) ?? name;
    text += dockerfile.text.slice(end, offset);
    end = offset + name.length;
    const image = { name: pinned, offset: text.length };
    text += pinned;
    return image;
  });
  return { ...dockerfile, text: text + dockerfile.text.slice(end), images };
}
