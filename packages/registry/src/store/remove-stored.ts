// Removes images of a store by digest, which takes all their tags along: so all tags are looked up once more before.
import {
  type CallOptions,
  formatPointerTag,
  formatStoreTag,
  type StoredImage,
  type StoreRemoval,
} from "@sti/core";
import { removeManifest, resolveTag } from "../images/manifests.ts";
import { isReferrersTag, listReferrers } from "../images/read-referrers.ts";
import type { Repository } from "../images/repository.ts";
import { listTags } from "../images/tags.ts";
import type { Host } from "../transport/host.ts";

/** Rejects with RegistryError at the first removal that the registry refuses: it would refuse the others, too. */
export async function removeStored(
  host: Host,
  repository: Repository,
  stored: readonly StoredImage[],
  options: CallOptions = {},
): Promise<readonly StoreRemoval[]> {
  const tags = (await listTags(host, repository, options)).filter((tag) => !isReferrersTag(tag));
  const digests = await Promise.all(tags.map((tag) => resolveTag(host, repository, tag, options)));
  const removals: StoreRemoval[] = [];
  for (const image of stored) {
    const present = tags.filter((_, index) => digests[index] === image.digest);
    const listed = [...image.names.map(formatStoreTag), ...image.pointers.map(formatPointerTag)];
    const other = present.find((tag) => !listed.includes(tag));
    removals.push(
      image.digest === ""
        ? { kind: "kept", problem: "its manifest cannot be read" }
        : other !== undefined
          ? { kind: "kept", problem: `it has the tag ${other}, too` }
          : { kind: await removeWhole(host, repository, image.digest, options) },
    );
  }
  return removals;
}

/** The image first: without it, what is attached to it is of no use, and the other way round it would lose its origin. */
async function removeWhole(
  host: Host,
  repository: Repository,
  digest: string,
  options: CallOptions,
): Promise<"removed" | "missing"> {
  const { entries, tagged } = await listReferrers(host, repository, digest, options);
  const removed = await removeManifest(host, repository, digest, options);
  if (tagged !== undefined) await removeManifest(host, repository, tagged, options);
  for (const entry of entries) await removeManifest(host, repository, entry.digest, options);
  return removed;
}
