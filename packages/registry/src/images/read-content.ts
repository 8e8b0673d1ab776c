// The bytes of an image of one platform: the manifest as it is stored, each layer as a stream.
import { type CallOptions, type ImageContent, RegistryError } from "@sti/core";
import type { Host } from "../transport/host.ts";
import { openBlob } from "./blobs.ts";
import { readManifest } from "./manifests.ts";
import type { Repository } from "./repository.ts";

/** `digest`: of the image's manifest, not of an index. Undefined if there is none. Rejects with RegistryError. */
export async function readContent(
  host: Host,
  repository: Repository,
  digest: string,
  options: CallOptions = {},
): Promise<ImageContent | undefined> {
  const found = await readManifest(host, repository, digest, options);
  if (found === undefined || found.manifest.kind === "index") return undefined;
  const { bytes, manifest, mediaType } = found;
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
