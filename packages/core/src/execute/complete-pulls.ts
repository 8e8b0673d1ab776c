// Gives an engine the layers that it left out of a pull. Docker with containerd's image store does not fetch a layer whose files it
// has by another digest: the image runs, but has no config.
import type { CallOptions, TransferOptions } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { ImageDetails } from "../engine/image.ts";
import type { ImageContent } from "../engine/image-content.ts";
import type { ImageRegistry } from "../store/image-registry.ts";
import { RegistryError } from "../store/registry-error.ts";
import type { Platform } from "../store/registry-image.ts";

/** The registry that an engine has pulled from, asked by sti itself. */
export interface PullSource {
  /** The engine's platform. */
  readonly platform: Platform;
  open(): Promise<Pick<ImageRegistry, "readContent"> & { close(): Promise<void> }>;
}

/**
 * The engine with whole images after each pull. What is missing begins with the base, and is over with the first layer that the
 * engine fetched: layers are loaded base first, until it describes the image.
 */
export function completePulls<Wrapped extends Engine>(engine: Wrapped, source: PullSource): Wrapped {
  return {
    ...engine,
    async pullImage(name, options = {}) {
      const digest = await engine.pullImage(name, options);
      if (await isIncomplete(engine, name, options)) {
        const registry = await source.open();
        try {
          const { signal } = options;
          const content = await ofRegistry(() =>
            registry.readContent(name, { platform: source.platform, signal }),
          );
          if (content === undefined) throw leftOut(name);
          await loadLayers(engine, name, content, options);
        } finally {
          await registry.close();
        }
      }
      return digest;
    },
  };
}

/** The image as the engine has it; undefined if it has none. Rejects with EngineError, also where it is not whole. */
export async function inspectWhole(
  engine: Pick<Engine, "inspectImage">,
  name: string,
  { signal }: CallOptions,
): Promise<ImageDetails | undefined> {
  const details = await engine.inspectImage(name, { signal });
  if (details !== undefined && hasNoConfig(details)) throw leftOut(name);
  return details;
}

async function loadLayers(
  engine: Engine,
  name: string,
  { layers, manifest }: ImageContent,
  options: TransferOptions,
): Promise<void> {
  for (const layer of layers) {
    await ofRegistry(() => engine.loadLayer(name, { manifest, layer }, options));
    if (!(await isIncomplete(engine, name, options))) return;
  }
  throw leftOut(name);
}

async function isIncomplete(engine: Engine, name: string, { signal }: CallOptions): Promise<boolean> {
  const details = await engine.inspectImage(name, { signal });
  return details !== undefined && hasNoConfig(details);
}

/** An image whose config the engine lacks is described without a platform or a layer. */
function hasNoConfig({ architecture, layers, os }: ImageDetails): boolean {
  return os === "" && architecture === "" && layers.length === 0;
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

function leftOut(name: string): EngineError {
  const message = `the engine has left layers of ${name} out of its pull (moby#49784): remove it and the images that share them, and run again`;
  return new EngineError({ reason: "other", operation: "pull image", message });
}
