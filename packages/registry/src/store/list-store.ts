// Lists the repository of a store: each manifest once, with all its tags sorted into names, pointers and foreign ones.
import {
  type CallOptions,
  isArtifactTag,
  type Platform,
  parsePointerTag,
  parseStoreTag,
  RegistryError,
  type StoredImage,
  type StoreLookup,
} from "@sti/core";
import { readManifest, type StoredManifest } from "../images/manifests.ts";
import { readFound } from "../images/read-image.ts";
import { isReferrersTag } from "../images/read-referrers.ts";
import type { Repository } from "../images/repository.ts";
import { listTags } from "../images/tags.ts";
import type { Host } from "../transport/host.ts";

/** Newest first; those without a time last. Rejects with RegistryError if the tags cannot be read. */
export async function listStore(
  host: Host,
  repository: Repository,
  options: CallOptions & { readonly platform: Platform },
): Promise<readonly StoredImage[]> {
  const tags = (await listTags(host, repository, options)).filter(
    (tag) => !isReferrersTag(tag) && !isArtifactTag(tag),
  );
  const byDigest = new Map<
    string,
    { readonly found: StoredManifest | RegistryError; readonly tags: string[] }
  >();
  const read = await Promise.all(
    tags.map(async (tag) => ({
      tag,
      found: await attempt(() => readManifest(host, repository, tag, options), options),
    })),
  );
  for (const { found, tag } of read) {
    if (found === undefined) continue; // removed meanwhile
    // Its digest is not known, so it cannot be removed; it is listed for its problem.
    const digest = found instanceof RegistryError ? "" : found.digest;
    const known = byDigest.get(digest);
    if (known === undefined) byDigest.set(digest, { found, tags: [tag] });
    else known.tags.push(tag);
  }
  const listed = [...byDigest].map(async ([digest, { found, tags: own }]): Promise<StoredImage> => {
    const image =
      found instanceof RegistryError
        ? found
        : await attempt(() => readFound(host, repository, found, options), options);
    const lookup: StoreLookup =
      image === undefined
        ? { kind: "missing" }
        : image instanceof RegistryError
          ? { kind: "failed", error: image }
          : { kind: "found", image };
    return { digest, ...sortTags(own), lookup };
  });
  const createdOf = ({ lookup }: StoredImage) => (lookup.kind === "found" ? (lookup.image.created ?? 0) : 0);
  return (await Promise.all(listed)).sort((one, other) => createdOf(other) - createdOf(one));
}

export function sortTags(tags: readonly string[]): Pick<StoredImage, "names" | "pointers" | "foreignTags"> {
  const names = tags.map(parseStoreTag).filter((name) => name !== undefined);
  const pointers = tags.map(parsePointerTag).filter((pointer) => pointer !== undefined);
  const isForeign = (tag: string) => parseStoreTag(tag) === undefined && parsePointerTag(tag) === undefined;
  return { names, pointers, foreignTags: tags.filter(isForeign) };
}

async function attempt<Value>(
  work: () => Promise<Value>,
  { signal }: CallOptions,
): Promise<Value | RegistryError> {
  try {
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof RegistryError) return error;
    throw error;
  }
}
