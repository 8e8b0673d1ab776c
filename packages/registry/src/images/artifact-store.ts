// The port to files in the repository of a store: each is the one layer of a manifest without an image, under a tag.
import { Readable } from "node:stream";
import type { ArtifactStore } from "@sti/core";
import type { RegistryClient } from "../transport/registry-client.ts";
import { openBlob, writeBlob } from "./blobs.ts";
import { readManifest, writeManifest } from "./manifests.ts";
import { OCI_MANIFEST } from "./parse-manifest.ts";
import { bringBlob, EMPTY_BLOB } from "./referrers.ts";
import { locate } from "./repository.ts";

export function createArtifactStore({
  client,
  repository: written,
}: {
  readonly client: RegistryClient;
  /** "registry.example/acme/sti-cache": without a tag. */
  readonly repository: string;
}): ArtifactStore {
  const { path, registry } = locate(written);
  const repository = { path, registry };
  const host = client.host(registry);
  return {
    find: async (tag, options) => {
      const found = await readManifest(host, repository, tag, options);
      if (found?.manifest.kind !== "image") return undefined;
      const [layer] = found.manifest.layers;
      return layer && { digest: layer.digest, size: layer.size };
    },
    add: async (tag, { digest, mediaType, open: content, size }, options = {}) => {
      const open = async () => Readable.from(content());
      await writeBlob(host, repository, { digest, size }, { ...options, open });
      const { bytes: _bytes, ...config } = EMPTY_BLOB;
      await bringBlob(host, repository, EMPTY_BLOB, options);
      const manifest = {
        schemaVersion: 2,
        mediaType: OCI_MANIFEST,
        artifactType: mediaType,
        config,
        layers: [{ mediaType, digest, size }],
      };
      const bytes = Buffer.from(JSON.stringify(manifest));
      await writeManifest(host, repository, { bytes, mediaType: OCI_MANIFEST, name: tag, ...options });
    },
    open: async (blob, options) => await openBlob(host, repository, blob, options),
  };
}
