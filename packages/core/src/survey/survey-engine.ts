// The session's one look at the engine's images. survey-image.ts inspects single images.
import { normaliseReference } from "../definition/image-reference.ts";
import type { CallOptions } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import type { ImageSummary } from "../engine/image.ts";
import type { Facts } from "../plan/facts.ts";

/** Two calls, at the same time: the engine's description, and all its images. */
export async function surveyEngine(engine: Engine, options: CallOptions = {}): Promise<Facts> {
  const [description, listed] = await Promise.all([engine.describe(options), engine.listImages(options)]);
  const untagged = listed.filter(({ tags }) => tags.length === 0);
  return { engine: description, images: indexImages(listed), untagged };
}

/** The engine's present images. */
export async function surveyImages(engine: Engine, options: CallOptions = {}): Promise<Facts["images"]> {
  return indexImages(await engine.listImages(options));
}

/** By the normal form of each of their tags and digests. */
export function indexImages(listed: readonly ImageSummary[]): ReadonlyMap<string, ImageSummary> {
  const images = new Map<string, ImageSummary>();
  for (const image of listed) {
    for (const name of [...image.tags, ...image.digests]) {
      const reference = normaliseReference(name);
      if (reference !== undefined) images.set(reference, image);
    }
  }
  return images;
}
