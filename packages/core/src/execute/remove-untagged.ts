// Removes images that have no tag, and that sti made. An image is looked at first: removing by id takes a last tag along,
// and an image that somebody made from one of sti's has its labels.
import type { CallOptions } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import type { ImageDetails } from "../engine/image.ts";
import { LABEL } from "../plan/labels.ts";
import { type Claim, hasProof } from "./proofs.ts";

/** "kept": it has a tag. "foreign": sti did not make it. "in-use": a container or another image needs it, or the build of another session may. */
export type UntaggedRemoval = "removed" | "missing" | "kept" | "in-use" | "foreign";

/**
 * `spared`: keys of builds whose images are not to be touched. `isOwn`: default: by its history; undefined: the image is
 * gone.
 */
export async function removeUntagged(
  engine: Engine,
  id: string,
  {
    isOwn = (image) => hasProof(engine, image, options),
    spared = new Set(),
    ...options
  }: CallOptions & {
    readonly isOwn?: (image: Claim) => Promise<boolean | undefined>;
    readonly spared?: ReadonlySet<string>;
  } = {},
): Promise<UntaggedRemoval> {
  const image = await engine.inspectImage(id, options);
  if (image === undefined) return "missing";
  if (image.tags.length > 0) return "kept";
  if (spared.has(image.config.labels[LABEL.key] ?? "")) return "in-use";
  const own = await isOwn({ id: image.id, labels: image.config.labels });
  if (own !== true) return own === undefined ? "missing" : "foreign";
  const removal = await engine.removeImage(id, options);
  // An image that several repositories name by digest cannot be removed by its id.
  return removal === "in-use" && image.digests.length > 1
    ? await removeByDigests(engine, image, options)
    : removal;
}

async function removeByDigests(
  engine: Engine,
  { digests, id }: ImageDetails,
  options: CallOptions,
): Promise<UntaggedRemoval> {
  // The names of one that is used are left alone, too: somebody may know it by them.
  const containers = await engine.listContainers("", options);
  if (containers.some(({ image }) => image === id)) return "in-use";
  for (const digest of digests) {
    if ((await engine.removeImage(digest, options)) === "in-use") return "in-use";
  }
  // With the last name the image itself goes, in most engines.
  const removal = await engine.removeImage(id, options);
  return removal === "missing" ? "removed" : removal;
}
