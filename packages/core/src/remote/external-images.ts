// The images that no target makes, as their registries have them: every worker gets the same ones, by their digests.
import type { Target } from "../definition/target.ts";
import { ImpossibleError } from "../execute/plan-build.ts";
import type { Failure } from "../failure/failure.ts";
import type { NeededImage, TargetNode } from "../graph/target-graph.ts";
import { type Lock, type LockEntry, nameByDigest } from "../plan/lock.ts";
import type { ImageRegistry } from "../store/image-registry.ts";
import { RegistryError } from "../store/registry-error.ts";
import type { Platform, RegistryImage } from "../store/registry-image.ts";

export interface ExternalImages {
  /** Asks the registry once for each image. Rejects with ImpossibleError. */
  read(image: NeededImage, target: Target): Promise<RegistryImage>;
  /** Entries of the images of a target, once they were read. */
  locked(node: TargetNode): readonly (readonly [string, LockEntry])[];
}

export function createExternalImages({
  lock,
  platform,
  registry,
  signal,
}: {
  readonly registry: Pick<ImageRegistry, "readImage">;
  readonly lock: Lock | undefined;
  readonly platform: Platform;
  readonly signal: AbortSignal;
}): ExternalImages {
  const asked = new Map<string, Promise<RegistryImage | undefined>>();
  const entries = new Map<string, LockEntry>();
  const ask = async ({ reference, short }: NeededImage): Promise<RegistryImage | undefined> => {
    const name = nameByDigest(reference, lock?.get(reference)) ?? reference;
    const found = await registry.readImage(name, { platform, signal });
    if (found !== undefined) entries.set(reference, entryOf(found, short));
    return found;
  };
  return {
    read: async (image, target) => {
      const asking = asked.get(image.reference) ?? ask(image);
      asked.set(image.reference, asking);
      const place = { target: target.name, path: image.path, image: image.short };
      try {
        const found = await asking;
        if (found !== undefined && isFor(found, platform)) return found;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof RegistryError)) throw error;
        throw new ImpossibleError([{ code: "pull-failed", ...place, ...reasonOf(error) }]);
      }
      const message = `its registry has no such image for ${formatPlatform(platform)}; images that only an engine has are not shared`;
      throw new ImpossibleError([{ code: "pull-failed", ...place, reason: "not-found", message }]);
    },
    locked: ({ images }) =>
      images.flatMap(({ reference }) => {
        const entry = entries.get(reference);
        return entry === undefined ? [] : [[reference, entry] as const];
      }),
  };
}

function entryOf({ configDigest, referenceDigest, ...image }: RegistryImage, short: string): LockEntry {
  return { digest: referenceDigest, id: configDigest, platform: formatPlatform(image), short };
}

/** A name may stand for an image of one platform only. */
function isFor(image: Platform, { architecture, os }: Platform): boolean {
  return image.os === os && image.architecture === architecture;
}

/** "linux/amd64" */
export function formatPlatform({ architecture, os }: Platform): string {
  return `${os}/${architecture}`;
}

type PullReason = Extract<Failure, { code: "pull-failed" }>["reason"];

function reasonOf({ message, reason }: RegistryError): {
  readonly reason: PullReason;
  readonly message: string;
} {
  const known: Partial<Record<RegistryError["reason"], PullReason>> = {
    unreachable: "network",
    untrusted: "network",
    denied: "denied",
    "rate-limit": "rate-limit",
    "not-found": "not-found",
  };
  return { reason: known[reason] ?? "other", message };
}
