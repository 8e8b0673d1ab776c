// Makes a tag stand for an index of images: their blobs and manifests first, the index last.
import type { CallOptions, JoinedImage, RegistryImage } from "@sti/core";
import { type CopyPlace, copyImage, readPart } from "./copy-image.ts";
import { digestOf } from "./digest.ts";
import { resolveTag, writeManifest } from "./manifests.ts";
import { OCI_INDEX } from "./parse-manifest.ts";

export interface JoinedPart {
  readonly image: RegistryImage;
  /** Of its manifest. */
  readonly place: CopyPlace;
}

/** Rejects with RegistryError; "not-found" if an image, or a part of it, is not there. */
export async function joinImages(
  parts: readonly JoinedPart[],
  to: CopyPlace,
  options: CallOptions = {},
): Promise<JoinedImage> {
  const manifests = await Promise.all(
    parts.map(async ({ image, place }) => {
      const { bytes, digest, mediaType } = await readPart(place, image.digest, options);
      const { architecture, os, variant } = image;
      const platform = { architecture, os, ...(variant === undefined ? {} : { variant }) };
      return { mediaType, digest, size: bytes.length, platform };
    }),
  );
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
  const digest = digestOf(bytes);
  const { name } = to.located;
  if ((await resolveTag(to.host, to.located, name, options)) === digest) return { digest, isNew: false };
  for (const { image, place } of parts) {
    await copyImage(place, { host: to.host, located: { ...to.located, name: image.digest } }, options);
  }
  await writeManifest(to.host, to.located, { bytes, mediaType: OCI_INDEX, name, ...options });
  return { digest, isNew: true };
}
