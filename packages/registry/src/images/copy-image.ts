// Gives an image or index another name, in any registry: blobs first, then manifests, the one with the name last.
import { type CallOptions, type CopiedImage, RegistryError } from "@sti/core";
import pLimit from "p-limit";
import type { Host } from "../transport/host.ts";
import { hasBlob, openBlob, writeBlob } from "./blobs.ts";
import { isDigest } from "./digest.ts";
import { readManifest, type StoredManifest, writeManifest } from "./manifests.ts";
import type { Descriptor } from "./parse-manifest.ts";
import { formatRepository, isSameRepository, type Located, type Repository } from "./repository.ts";

export interface CopyPlace {
  readonly host: Host;
  readonly located: Located;
}

/** Blobs at once; each needs two connections. */
const CONCURRENCY = 4;

/** Rejects with RegistryError; "not-found" if the image, or a part of it, is not there. */
export async function copyImage(
  from: CopyPlace,
  to: CopyPlace,
  options: CallOptions = {},
): Promise<CopiedImage> {
  const root = await readPart(from, from.located.name, options);
  const isSame = isSameRepository(from.located, to.located);
  let sent = 0;
  if (!isSame) {
    const limited = pLimit(CONCURRENCY);
    const children = root.manifest.kind === "index" ? root.manifest.manifests : [];
    for (const { digest } of children) {
      const child = await readPart(from, digest, options);
      sent += await copyBlobs(child, { from, to, limited, ...options });
      await writeManifest(to.host, to.located, { ...child, name: digest, ...options });
    }
    sent += await copyBlobs(root, { from, to, limited, ...options });
  }
  await writeManifest(to.host, to.located, { ...root, name: to.located.name, ...options });
  return { digest: root.digest, sent };
}

export async function readPart(
  { host, located }: CopyPlace,
  name: string,
  options: CallOptions,
): Promise<StoredManifest> {
  const found = await readManifest(host, located, name, options);
  if (found !== undefined) return found;
  const joined = isDigest(name) ? `@${name}` : `:${name}`;
  throw missing(host, `${formatRepository(located)}${joined}`);
}

function missing(host: Host, part: string): RegistryError {
  const { registry } = host;
  const message = `${registry} has no ${part}`;
  return new RegistryError({ operation: "copy image", registry, reason: "not-found", message });
}

async function copyBlobs(
  { manifest }: StoredManifest,
  {
    from,
    limited,
    to,
    ...options
  }: CallOptions & {
    readonly from: CopyPlace;
    readonly to: CopyPlace;
    readonly limited: ReturnType<typeof pLimit>;
  },
): Promise<number> {
  if (manifest.kind === "index") return 0;
  const blobs = new Map<string, Descriptor>();
  for (const blob of [manifest.config, ...manifest.layers]) if (!blob.isForeign) blobs.set(blob.digest, blob);
  const sent = [...blobs.values()].map((blob) => limited(() => copyBlob(blob, from, to, options)));
  return (await Promise.all(sent)).reduce((sum, bytes) => sum + bytes, 0);
}

async function copyBlob(
  blob: Descriptor,
  from: CopyPlace,
  to: CopyPlace,
  options: CallOptions,
): Promise<number> {
  const isMountable = from.located.registry === to.located.registry;
  if (!isMountable && (await hasBlob(to.host, to.located, blob.digest, options))) return 0;
  return await writeBlob(to.host, to.located, blob, {
    ...options,
    from: isMountable ? (from.located satisfies Repository) : undefined,
    open: async () => {
      const content = await openBlob(from.host, from.located, blob, options);
      if (content === undefined) throw missing(from.host, `${formatRepository(from.located)}@${blob.digest}`);
      return content;
    },
  });
}
