// What sti.lock holds, as data: which image each external reference stands for. Pure; the file itself is read and
// written by @sti/config.
import { parseImageReference } from "../definition/image-reference.ts";
import type { ImageSummary } from "../engine.ts";
import type { Location } from "../failure.ts";
import type { NeededImage, TargetGraph } from "../graph/target-graph.ts";

/** Which image a reference stands for. */
export interface LockedImage {
  /** Of the manifest in the reference's registry, "sha256:…"; undefined for an image that came from none. */
  readonly digest: string | undefined;
  /** What the engine calls it, "sha256:…". */
  readonly id: string;
  /** What `id` is for, e.g. "linux/amd64". The digest may stand for more platforms. */
  readonly platform: string;
}

/** An image of a lock file. */
export interface LockEntry extends LockedImage {
  /** The reference as the file has it: "debian:bookworm-slim". */
  readonly short: string;
  /** Where it stands in the file. */
  readonly location?: Location | undefined;
}

/** A lock file's entries by the normal form of their references. */
export type Lock = ReadonlyMap<string, LockEntry>;

/**
 * The images that targets are made from and that no target makes, each once, in the order of the graph. One that is
 * written with its digest is none of them: it cannot come to stand for another.
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

/** What an engine has under a reference, in the words of a lock. */
export function describePresent(
  reference: string,
  image: Pick<ImageSummary, "id" | "digests">,
): Pick<LockedImage, "digest" | "id"> {
  return { digest: listDigests(reference, image)[0], id: image.id };
}

/** How a locked image is pulled: "docker.io/library/debian@sha256:…"; undefined where only its id is known. */
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
