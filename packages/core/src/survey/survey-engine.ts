// The session's one look at what the engine has. Looking into single images is survey-image.ts.
import { normaliseReference } from "../definition/image-reference.ts";
import type { CallOptions, Engine, ImageSummary } from "../engine.ts";
import type { Facts } from "../plan/facts.ts";

/** Two calls, at the same time: what the engine is, and all its images. */
export async function surveyEngine(engine: Engine, options: CallOptions = {}): Promise<Facts> {
  const [description, listed] = await Promise.all([engine.describe(options), engine.listImages(options)]);
  return { engine: description, images: indexByName(listed) };
}

function indexByName(listed: readonly ImageSummary[]): ReadonlyMap<string, ImageSummary> {
  const images = new Map<string, ImageSummary>();
  for (const image of listed) {
    for (const name of [...image.tags, ...image.digests]) {
      const reference = normaliseReference(name);
      if (reference !== undefined) images.set(reference, image);
    }
  }
  return images;
}
