// The content of sti.lock as data: the image of each external reference. Pure; @sti/config reads and writes the file.
import { parseImageReference } from "../definition/image-reference.ts";
import type { ImageSummary } from "../engine/image.ts";
import type { Location } from "../failure/config-place.ts";
import type { NeededImage, TargetGraph } from "../graph/target-graph.ts";

/** The image of a reference. */
export interface LockedImage {
  /** Of the manifest in the reference's registry, "sha256:…"; undefined for an image that came from none. */
  readonly digest: string | undefined;
  /** The engine's id of the image, "sha256:…". */
  readonly id: string;
  /** The platform of `id`, e.g. "linux/amd64". The digest may stand for more platforms. */
  readonly platform: string;
}

/** An image of a lock file. */
export interface LockEntry extends LockedImage {
  /** The reference as the file has it: "debian:bookworm-slim". */
  readonly short: string;
  /** The entry's place in the file. */
  readonly location?: Location | undefined;
}

/** A lock file's entries by the normal form of their references. */
export type Lock = ReadonlyMap<string, LockEntry>;

/**
 * The images that targets are made from and that no target makes, each once, in the order of the graph. Those written
 * with their digests are left out: they can never stand for another image.
 */
export function listExternalImages(graph: TargetGraph): readonly NeededImage[] {
  const images = new Map<string, NeededImage>();
  for (const node of graph.nodes.values()) {
    for (const image of node.images) {
      if (image.target !== undefined || image.reference.includes("@")) continue;
      if (!images.has(image.reference)) images.set(image.reference, image);
    }
  }
  return [...images.values()];
}

/** Whether an image of an engine is the one that is locked, by digest or by id. */
export function isLockedImage(image: Pick<ImageSummary, "id" | "digests">, locked: LockedImage): boolean {
  if (image.id === locked.id) return true;
  return locked.digest !== undefined && image.digests.some((name) => digestOf(name) === locked.digest);
}

/** Digests that an image has in the repository of a reference, "sha256:…". */
export function listDigests(reference: string, image: Pick<ImageSummary, "digests">): readonly string[] {
  const repository = repositoryOf(reference);
  return image.digests.filter((name) => repositoryOf(name) === repository).map(digestOf);
}

/** The engine's image under a reference, in the form of a lock's entry. */
export function describePresent(
  reference: string,
  image: Pick<ImageSummary, "id" | "digests">,
): Pick<LockedImage, "digest" | "id"> {
  return { digest: listDigests(reference, image)[0], id: image.id };
}

/** The reference to pull a locked image by: "docker.io/library/debian@sha256:…"; undefined if only its id is known. */
export function nameByDigest(reference: string, locked: LockedImage | undefined): string | undefined {
  if (locked?.digest === undefined) return undefined;
  return `${repositoryOf(reference)}@${locked.digest}`;
}

function repositoryOf(reference: string): string | undefined {
  const parsed = parseImageReference(reference);
  return "reference" in parsed ? parsed.reference.repository : undefined;
}

/** Of "repository@digest". */
function digestOf(name: string): string {
  return name.slice(name.indexOf("@") + 1);
}
