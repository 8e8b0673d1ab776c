// The port to files in the repository of a store: each is the one layer of a manifest without an image, under a tag.
import { Readable } from "node:stream";
import { type ArtifactStore, type CallOptions, isArtifactTag, type StoredArtifact } from "@sti/core";
import type { RegistryClient } from "../transport/registry-client.ts";
import { openBlob, writeBlob } from "./blobs.ts";
import { readManifest, removeManifest, writeManifest } from "./manifests.ts";
import { OCI_MANIFEST } from "./parse-manifest.ts";
import { bringBlob, EMPTY_BLOB } from "./referrers.ts";
import { locate } from "./repository.ts";
import { listTags } from "./tags.ts";

const ADDED = "org.opencontainers.image.created";

export function createArtifactStore({
  client,
  now = Date.now,
  repository: written,
}: {
  readonly client: RegistryClient;
  /** "registry.example/acme/sti-cache": without a tag. */
  readonly repository: string;
  readonly now?: () => number;
}): ArtifactStore {
  const { path, registry } = locate(written);
  const repository = { path, registry };
  const host = client.host(registry);
  const find = async (tag: string, options?: CallOptions): Promise<StoredArtifact | undefined> => {
    const found = await readManifest(host, repository, tag, options);
    if (found?.manifest.kind !== "image") return undefined;
    const { annotations, layers } = found.manifest;
    const [layer] = layers;
    if (layer === undefined) return undefined;
    const added = Date.parse(annotations[ADDED] ?? "");
    const { digest, size } = layer;
    return { tag, digest, size, manifest: found.digest, added: Number.isNaN(added) ? undefined : added };
  };
  return {
    find,
    list: async (options) => {
      const tags = (await listTags(host, repository, options)).filter(isArtifactTag);
      const found = await Promise.all(tags.map((tag) => find(tag, options)));
      return found.filter((artifact) => artifact !== undefined);
    },
    remove: async ({ manifest, tag }, options) => {
      // A run that needs the file again gives its tag another manifest.
      if ((await find(tag, options))?.manifest !== manifest) return false;
      return (await removeManifest(host, repository, manifest, options)) === "removed";
    },
    add: async (tag, { digest, mediaType, open: content, size }, options = {}) => {
      const open = async () => Readable.from(content());
      const { bytes: _bytes, ...config } = EMPTY_BLOB;
      await Promise.all([
        writeBlob(host, repository, { digest, size }, { ...options, open }),
        bringBlob(host, repository, EMPTY_BLOB, options),
      ]);
      const manifest = {
        schemaVersion: 2,
        mediaType: OCI_MANIFEST,
        artifactType: mediaType,
        config,
        layers: [{ mediaType, digest, size }],
        annotations: { [ADDED]: new Date(now()).toISOString() },
      };
      const bytes = Buffer.from(JSON.stringify(manifest));
      await writeManifest(host, repository, { bytes, mediaType: OCI_MANIFEST, name: tag, ...options });
    },
    open: async (blob, options) => await openBlob(host, repository, blob, options),
  };
}
