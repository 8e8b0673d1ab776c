// The port to registries of images, over a client.
import type { ImageRegistry } from "@sti/core";
import type { RegistryClient } from "../transport/registry-client.ts";
import { copyImage } from "./copy-image.ts";
import { joinImages } from "./join-images.ts";
import { readManifest } from "./manifests.ts";
import { listIndexed } from "./parse-manifest.ts";
import { readContent } from "./read-content.ts";
import { readImage } from "./read-image.ts";
import { readAttached } from "./read-referrers.ts";
import { attachTo } from "./referrers.ts";
import { locate } from "./repository.ts";
import { tryAccess } from "./try-access.ts";

export function createImageRegistry(client: RegistryClient): ImageRegistry {
  const place = (reference: string) => {
    const located = locate(reference);
    return { host: client.host(located.registry), located };
  };
  return {
    async readImage(reference, options) {
      const located = locate(reference);
      return await client.read(located.registry, (host) => readImage(host, located, located.name, options));
    },
    async readContent(reference, options) {
      const located = locate(reference);
      return await client.read(located.registry, (host) => readContent(host, located, located.name, options));
    },
    tryAccess: async (repository, options) => {
      const { host, located } = place(repository);
      return await tryAccess(host, located, options);
    },
    resolve: async (reference, options) => {
      const { host, located } = place(reference);
      const found = await readManifest(host, located, located.name, options);
      return found && { digest: found.digest, images: listIndexed(found.manifest) };
    },
    attach: async (reference, attachment, options) => {
      const { host, located } = place(reference);
      await attachTo(host, located, { digest: located.name, attachment }, options);
    },
    readAttached: async (reference, options) => {
      const { host, located } = place(reference);
      return await readAttached(host, located, located.name, options);
    },
    joinImages: async (images, to, options) => {
      const parts = images.map((image) => ({ image, place: place(`${image.repository}@${image.digest}`) }));
      return await joinImages(parts, place(to), options);
    },
    copyImage: async (from, to, options) => await copyImage(place(from), place(to), options),
  };
}
