// Puts images of tests into a registry, blob by blob.
import { writeBlob } from "../src/images/blobs.ts";
import { writeManifest } from "../src/images/manifests.ts";
import { locate } from "../src/images/repository.ts";
import type { RegistryClient } from "../src/transport/registry-client.ts";
import { digestOf, type ImageParts, makeIndex } from "./make-image.ts";

export async function pushImage(client: RegistryClient, reference: string, image: ImageParts): Promise<void> {
  const located = locate(reference);
  const host = client.host(located.registry);
  for (const bytes of [image.config, image.layer]) {
    const blob = { digest: digestOf(bytes), size: bytes.length };
    await writeBlob(host, located, blob, { open: async () => bytes });
  }
  const { manifest: bytes, mediaType } = image;
  await writeManifest(host, located, { bytes, mediaType, name: located.name });
}

/** Each image by its digest, and an index of them under the reference. Resolves to the index's digest. */
export async function pushIndex(
  client: RegistryClient,
  reference: string,
  images: readonly (ImageParts & { readonly platform: object })[],
): Promise<string> {
  const located = locate(reference);
  const { bytes, digest, mediaType } = makeIndex(images);
  for (const image of images) {
    await pushImage(client, `${located.registry}/${located.path}@${image.digest}`, image);
  }
  await writeManifest(client.host(located.registry), located, { bytes, mediaType, name: located.name });
  return digest;
}
