// Gives an engine the layers that it left out of a pull. Docker with containerd's image store does not fetch a layer whose files it
// has by another digest: the image runs, but has no config.
import type { TransferOptions } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { ImageDetails } from "../engine/image.ts";
import type { ImageRegistry } from "../store/image-registry.ts";
import { RegistryError } from "../store/registry-error.ts";
import type { Platform } from "../store/registry-image.ts";

/** Whether the engine lacks the config of an image that it has pulled: it describes it without a platform or a layer. */
function isIncomplete({ architecture, layers, os }: ImageDetails): boolean {
  return os === "" && architecture === "" && layers.length === 0;
}

/** An image, and where its missing layers are. `name`: by which the engine has pulled it. */
export type WantedImage = { readonly name: string } & (
  | { readonly registry: Pick<ImageRegistry, "readContent">; readonly platform: Platform }
  /** sti speaks to no registry: an image that is not whole fails. */
  | { readonly registry: undefined }
);

/**
 * The image as the engine has it after a pull; one that is not whole gets its layers, base first, until it is. What is missing
 * begins with the base, and is over with the first layer that the engine fetched. Undefined if it is gone. Rejects with EngineError.
 */
export async function inspectWhole(
  engine: Pick<Engine, "inspectImage" | "loadLayer">,
  wanted: WantedImage,
  options: TransferOptions,
): Promise<ImageDetails | undefined> {
  const { signal } = options;
  const { name, registry } = wanted;
  const inspect = () => engine.inspectImage(name, { signal });
  let details = await inspect();
  if (details === undefined || !isIncomplete(details)) return details;
  const content =
    registry && (await ofRegistry(() => registry.readContent(name, { platform: wanted.platform, signal })));
  if (content !== undefined) {
    const { layers, manifest } = content;
    for (const layer of layers) {
      await ofRegistry(() => engine.loadLayer(name, { manifest, layer }, options));
      details = await inspect();
      if (details === undefined || !isIncomplete(details)) return details;
    }
  }
  throw failed(
    `the engine has left layers of ${name} out of its pull (moby#49784): remove the images that share them, and run again`,
  );
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

function failed(message: string, cause?: unknown): EngineError {
  return new EngineError({ reason: "other", operation: "pull image", message, cause });
}
