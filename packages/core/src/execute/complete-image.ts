// Gives an engine the layers that it left out of a pull. Docker with containerd's image store does not fetch a layer whose files it
// has by another digest, or in a container: the image runs, but has no config.
import type { TransferOptions } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { ImageDetails } from "../engine/image.ts";
import type { ImageContent } from "../engine/image-content.ts";
import { RegistryError } from "../store/registry-error.ts";
import type { RegistryImage } from "../store/registry-image.ts";
import type { ResultStore } from "../store/result-store.ts";

/** Whether the engine lacks layers of an image that it has pulled: it describes it without any. */
export function isIncomplete(pulled: Pick<ImageDetails, "layers">, described: RegistryImage): boolean {
  return pulled.layers.length === 0 && described.layers.length > 0;
}

/**
 * `name`: by which the image was pulled. What is missing begins with the base, and is over with the first layer that the engine
 * fetched. Resolves to the image, complete or not; undefined if it is gone. Rejects with EngineError.
 */
export async function completeImage(
  engine: Pick<Engine, "inspectImage" | "loadLayer">,
  {
    described,
    name,
    store,
  }: {
    readonly described: RegistryImage;
    readonly name: string;
    readonly store: Pick<ResultStore, "readContent">;
  },
  options: TransferOptions,
): Promise<ImageDetails | undefined> {
  const { signal } = options;
  const { layers, manifest } = await readContent(store, described, options);
  let details = await engine.inspectImage(name, { signal });
  for (const layer of layers) {
    if (details === undefined || !isIncomplete(details, described)) break;
    await ofRegistry(() => engine.loadLayer(name, { manifest, layer }, options));
    details = await engine.inspectImage(name, { signal });
  }
  return details;
}

async function readContent(
  store: Pick<ResultStore, "readContent">,
  described: RegistryImage,
  { signal }: TransferOptions,
): Promise<ImageContent> {
  const content = await ofRegistry(() => store.readContent(described, { signal }));
  if (content !== undefined) return content;
  throw new EngineError({
    reason: "pull-not-found",
    operation: "pull image",
    message: `manifest ${described.digest} is gone from ${described.repository}`,
  });
}

/** A registry that fails here would fail in a pull. */
async function ofRegistry<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new EngineError({ reason: "other", operation: "pull image", message: error.message, cause: error });
  }
}
