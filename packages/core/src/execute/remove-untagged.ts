// Removes images that have no tag. An image is looked at first: removing by id takes a last tag along.
import type { Engine } from "../engine.ts";
import { LABEL } from "../plan/labels.ts";

/**
 * Keeps an image that has a tag or that something uses; a missing one is fine. Resolves to whether it has no tag and
 * is still used.
 */
export async function removeUntagged(engine: Engine, id: string): Promise<boolean> {
  const image = await engine.inspectImage(id);
  if (image === undefined || image.tags.length > 0) return false;
  return (await engine.removeImage(id)) === "in-use";
}

/**
 * What a build made that was aborted when it was all but done: its id was never told, but it has the key's label.
 */
export async function removeUntaggedOf(engine: Engine, key: string): Promise<void> {
  for (const image of await engine.listImages()) {
    if (image.tags.length === 0 && image.labels[LABEL.key] === key) await engine.removeImage(image.id);
  }
}
