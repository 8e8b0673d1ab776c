// Owns the shapes of manifests and indexes, OCI's and docker's. Content that could be read in two ways is refused.

import type { IndexedImage } from "@sti/core";
import { asLabels, asNumber, asObject, asText, type Json } from "../transport/json-fields.ts";
import { isDigest } from "./digest.ts";

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** Of the entry of an index. */
  readonly platform: Json;
  readonly artifactType: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Content that is elsewhere than in the registry. */
  readonly isForeign: boolean;
}

export type Manifest =
  | { readonly kind: "index"; readonly manifests: readonly Descriptor[] }
  | {
      readonly kind: "image";
      readonly config: Descriptor;
      readonly layers: readonly Descriptor[];
      readonly artifactType: string;
      readonly annotations: Readonly<Record<string, string>>;
      readonly subject: Descriptor | undefined;
    };

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json";

export const MANIFEST_TYPES: readonly string[] = [OCI_INDEX, OCI_MANIFEST, DOCKER_INDEX, DOCKER_MANIFEST];

/** Entries of a manifest or index. More are no image. */
const MOST_ENTRIES = 1000;

/** `type`: of the answer's header. The result's `problem` follows "a manifest". */
export function parseManifest(bytes: Uint8Array, type: string): Manifest | { readonly problem: string } {
  if (!MANIFEST_TYPES.includes(type)) {
    return { problem: type === "" ? "without a media type" : `of the type ${type.slice(0, 100)}` };
  }
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return { problem: "that is not JSON" };
  }
  const manifest = asObject(json);
  const inside = asText(manifest.mediaType);
  if (inside !== "" && inside !== type) return { problem: "that names another media type than the registry" };
  const isIndex = type === OCI_INDEX || type === DOCKER_INDEX;
  // CVE-2021-41190: the same bytes must not be an image to one reader and an index to another.
  if (
    isIndex
      ? manifest.layers !== undefined || manifest.config !== undefined
      : manifest.manifests !== undefined
  ) {
    return { problem: "that is an image and an index at once" };
  }
  if (isIndex) {
    const manifests = readDescriptors(manifest.manifests);
    return manifests === undefined
      ? { problem: "with entries that cannot be read" }
      : { kind: "index", manifests };
  }
  const [config, layers] = [readDescriptor(manifest.config), readDescriptors(manifest.layers)];
  if (config === undefined || layers === undefined) return { problem: "with entries that cannot be read" };
  return {
    kind: "image",
    config,
    layers,
    artifactType: asText(manifest.artifactType) || config.mediaType,
    annotations: asLabels(manifest.annotations),
    subject: readDescriptor(manifest.subject),
  };
}

/** Of an index, the entry for a platform: the one with its variant, else one without. */
export function findPlatform(
  manifests: readonly Descriptor[],
  wanted: { readonly os: string; readonly architecture: string; readonly variant?: string | undefined },
): Descriptor | undefined {
  const fitting = manifests.filter(
    ({ platform }) => platform.os === wanted.os && platform.architecture === wanted.architecture,
  );
  const usual = wanted.architecture === "arm64" ? "v8" : wanted.architecture === "arm" ? "v7" : "";
  const variantOf = (text: string) => text || usual;
  const variant = variantOf(wanted.variant ?? "");
  return (
    fitting.find(({ platform }) => variantOf(asText(platform.variant)) === variant) ??
    (wanted.variant === undefined ? fitting[0] : undefined)
  );
}

/** BuildKit puts attestations between the images of an index. No engine takes an entry of this platform for an image. */
const NO_PLATFORM = "unknown/unknown";

/** Undefined of an image. */
export function listIndexed(manifest: Manifest): readonly IndexedImage[] | undefined {
  if (manifest.kind === "image") return undefined;
  const images = manifest.manifests.map(({ digest, platform }) => {
    const parts = [platform.os, platform.architecture, platform.variant].map(asText);
    return { digest, platform: parts.filter((part) => part !== "").join("/") };
  });
  return images.filter(({ platform }) => platform !== NO_PLATFORM);
}

function readDescriptors(value: unknown): readonly Descriptor[] | undefined {
  if (!Array.isArray(value) || value.length > MOST_ENTRIES) return undefined;
  const descriptors = value.map(readDescriptor).filter((one) => one !== undefined);
  return descriptors.length === value.length ? descriptors : undefined;
}

function readDescriptor(value: unknown): Descriptor | undefined {
  const fields = asObject(value);
  const [digest, size] = [asText(fields.digest), asNumber(fields.size)];
  if (!isDigest(digest) || !Number.isSafeInteger(size) || size < 0) return undefined;
  return {
    mediaType: asText(fields.mediaType),
    digest,
    size,
    platform: asObject(fields.platform),
    artifactType: asText(fields.artifactType),
    annotations: asLabels(fields.annotations),
    isForeign: Array.isArray(fields.urls) && fields.urls.length > 0,
  };
}
