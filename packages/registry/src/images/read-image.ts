// Reads an image of one platform: manifest and config, never a layer.
import type { CallOptions, HistoryEntry, Platform, RegistryImage } from "@sti/core";
import type { Host } from "../transport/host.ts";
import { asObject, asObjects, asText, asTexts, asTime, type Json } from "../transport/json-fields.ts";
import { invalid } from "../transport/map-registry-error.ts";
import { readBlob } from "./blobs.ts";
import { readImageConfig } from "./image-config.ts";
import { readManifest, type StoredManifest } from "./manifests.ts";
import { findPlatform } from "./parse-manifest.ts";
import { formatRepository, type Repository } from "./repository.ts";

/** Bytes; a config has the whole history of its image. */
const LARGEST_CONFIG = 8 * 1024 ** 2;

/** `name`: a tag or digest. Undefined if there is none, or none for the platform. Rejects with RegistryError. */
export async function readImage(
  host: Host,
  repository: Repository,
  name: string,
  options: CallOptions & { readonly platform: Platform },
): Promise<RegistryImage | undefined> {
  const found = await readManifest(host, repository, name, options);
  return found === undefined ? undefined : await readFound(host, repository, found, options);
}

/** The same for a manifest or index that was read before. */
export async function readFound(
  host: Host,
  repository: Repository,
  found: StoredManifest,
  options: CallOptions & { readonly platform: Platform },
): Promise<RegistryImage | undefined> {
  const image = await readPlatform(host, repository, found, options);
  return (
    image && (await readConfig(host, repository, { found: image, referenceDigest: found.digest }, options))
  );
}

/** The manifest of a platform out of an index; of a single image its own. Undefined if there is none for the platform. */
export async function readPlatform(
  host: Host,
  repository: Repository,
  found: StoredManifest,
  options: CallOptions & { readonly platform: Platform },
): Promise<StoredManifest | undefined> {
  if (found.manifest.kind === "image") return found;
  const entry = findPlatform(found.manifest.manifests, options.platform);
  return entry && (await readManifest(host, repository, entry.digest, options));
}

async function readConfig(
  host: Host,
  repository: Repository,
  { found, referenceDigest }: { readonly found: StoredManifest; readonly referenceDigest: string },
  { signal }: CallOptions,
): Promise<RegistryImage | undefined> {
  const occasion = { operation: "read image config", registry: host.registry };
  const { digest, manifest, mediaType } = found;
  if (manifest.kind === "index") throw invalid(occasion, `has an index of indexes, ${referenceDigest}`);
  const bytes = await readBlob(host, repository, manifest.config, { limit: LARGEST_CONFIG, signal });
  if (bytes === undefined) throw invalid(occasion, `lacks the config of ${digest}`);
  const config = parseConfig(bytes);
  const [os, architecture] = [asText(config.os), asText(config.architecture)];
  const layers = asTexts(asObject(config.rootfs).diff_ids);
  if (os === "" || architecture === "" || layers.length !== manifest.layers.length) {
    throw invalid(occasion, `has something else than an image, ${digest}`);
  }
  const variant = asText(config.variant);
  const created = asTime(config.created);
  return {
    repository: formatRepository(repository),
    digest,
    referenceDigest,
    configDigest: manifest.config.digest,
    mediaType,
    size: manifest.layers.reduce((sum, { size }) => sum + size, 0),
    os,
    architecture,
    ...(variant === "" ? {} : { variant }),
    layers,
    config: readImageConfig(asObject(config.config)),
    history: asObjects(config.history).map(readEntry).reverse(),
    ...(created === undefined ? {} : { created }),
  };
}

/** Empty for bytes that are no JSON: then it is no image. */
function parseConfig(bytes: Buffer): Json {
  try {
    return asObject(JSON.parse(bytes.toString()));
  } catch {
    return {};
  }
}

function readEntry(entry: Json): HistoryEntry {
  return { createdBy: asText(entry.created_by), comment: asText(entry.comment) };
}
