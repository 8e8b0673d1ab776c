// The bytes of an image of one platform: the manifest as it is stored, each layer as a stream.
import { type CallOptions, type ImageContent, type Platform, RegistryError } from "@sti/core";
import type { Host } from "../transport/host.ts";
import { openBlob } from "./blobs.ts";
import { readManifest } from "./manifests.ts";
import { readPlatform } from "./read-image.ts";
import type { Repository } from "./repository.ts";

/** `name`: a tag or digest. Undefined if there is none, or none for the platform. Rejects with RegistryError. */
export async function readContent(
  host: Host,
  repository: Repository,
  name: string,
  options: CallOptions & { readonly platform: Platform },
): Promise<ImageContent | undefined> {
  const named = await readManifest(host, repository, name, options);
  if (named === undefined) return undefined;
  const found = await readPlatform(host, repository, named, options);
  if (found === undefined || found.manifest.kind === "index") return undefined;
  const { bytes, digest, manifest, mediaType } = found;
  return {
    manifest: { digest, mediaType, bytes },
    layers: manifest.layers.map(({ digest, size }) => ({
      digest,
      size,
      async open(options) {
        const content = await openBlob(host, repository, { digest, size }, options);
        if (content !== undefined) return content;
        const message = `${digest} is gone from ${repository.path}`;
        throw new RegistryError({
          reason: "not-found",
          operation: "read blob",
          registry: host.registry,
          message,
        });
      },
    })),
  };
}
