// Identities of images that no target makes and the engine lacks, by their registries. A registry that gives no answer is asked
// once in a session.
import { imageIdentity } from "../plan/image-identity.ts";
import type { ImageRegistry } from "../store/image-registry.ts";
import { RegistryError } from "../store/registry-error.ts";
import type { Platform } from "../store/registry-image.ts";
import { STORE_PATIENCE, type StoreHealth } from "./store-health.ts";

/** Undefined where the registry does not give it: the engine may have other ways, and has words of its own. */
export type Identify = (reference: string, platform: Platform) => Promise<string | undefined>;

export function createIdentifier({
  health,
  registry,
  signal,
  storeHost,
}: {
  readonly registry: Pick<ImageRegistry, "readImage">;
  readonly health: Pick<StoreHealth, "ask" | "giveUp">;
  /** The registry of the store: its answers cost the patience with the store. */
  readonly storeHost: string;
  readonly signal: AbortSignal;
}): Identify {
  const identities = new Map<string, Promise<string | undefined>>();
  const silent = new Set<string>();
  const ask = async (reference: string, platform: Platform): Promise<string | undefined> => {
    const host = hostOf(reference);
    const read = async (signal: AbortSignal) => await registry.readImage(reference, { platform, signal });
    const limit = AbortSignal.timeout(STORE_PATIENCE.total);
    try {
      const found =
        host === storeHost ? await health.ask("read", read) : await read(AbortSignal.any([signal, limit]));
      return found && imageIdentity(found);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof RegistryError || limit.aborted)) throw error;
      if (limit.aborted || (error as RegistryError).reason === "unreachable") {
        silent.add(host);
        if (host === storeHost) health.giveUp("read", error as Error);
      }
      return undefined;
    }
  };
  return (reference, platform) => {
    const known = identities.get(reference);
    if (known !== undefined) return known;
    const asked = silent.has(hostOf(reference)) ? Promise.resolve(undefined) : ask(reference, platform);
    identities.set(reference, asked);
    return asked;
  };
}

/** Of a reference in the normal form. */
export function hostOf(reference: string): string {
  return reference.slice(0, reference.indexOf("/"));
}
