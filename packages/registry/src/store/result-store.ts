// The port to a store of results, over one repository of a registry.
import {
  formatPointerTag,
  formatStoreTag,
  LABEL,
  type Platform,
  provesKey,
  RegistryError,
  type RegistryImage,
  type ResultStore,
  type StoreLookup,
  type StoreName,
} from "@sti/core";
import { copyImage } from "../images/copy-image.ts";
import { readManifest, resolveTag } from "../images/manifests.ts";
import { readFound } from "../images/read-image.ts";
import { readAttached } from "../images/read-referrers.ts";
import { attachTo } from "../images/referrers.ts";
import { formatRepository, type Located, locate, type Repository } from "../images/repository.ts";
import { tryAccess } from "../images/try-access.ts";
import { readTime } from "../transport/read-time.ts";
import type { RegistryClient } from "../transport/registry-client.ts";
import { listStore } from "./list-store.ts";
import { removeStored } from "./remove-stored.ts";

/** Bytes of a document of sti itself: an origin, a signature. */
const LARGEST_NOTE = 64 * 1024;

export interface ResultStoreOptions {
  readonly client: RegistryClient;
  /** "registry.example/acme/sti-cache": without a tag. */
  readonly repository: string;
  /** Of the engine. */
  readonly platform: Platform;
}

export function createResultStore({
  client,
  platform,
  repository: written,
}: ResultStoreOptions): ResultStore {
  const { path, registry } = locate(written);
  const repository: Repository = { registry, path };
  const host = client.host(registry);
  const place = (name: string): Located => ({ ...repository, name });
  const lookUp = async (
    tag: string,
    judge: (image: RegistryImage) => string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<StoreLookup> => {
    try {
      const found = await readManifest(host, repository, tag, { signal });
      if (found === undefined) return { kind: "missing" };
      const image = await readFound(host, repository, found, { platform, signal });
      const problem =
        image === undefined ? `has no image for ${platform.os}/${platform.architecture}` : judge(image);
      return problem === undefined && image !== undefined
        ? { kind: "found", image }
        : { kind: "unfit", problem: `${tag} ${problem}` };
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof RegistryError)) throw error;
      return { kind: "failed", error };
    }
  };
  return {
    repository: formatRepository(repository),
    reference: (name) => `${formatRepository(repository)}:${formatStoreTag(name)}`,
    find: async (names, { signal } = {}) =>
      await Promise.all(
        names.map((name) => lookUp(formatStoreTag(name), (image) => judgeResult(image, name), signal)),
      ),
    has: async (name, options) =>
      (await resolveTag(host, repository, formatStoreTag(name), options)) !== undefined,
    findPointer: async (pointer, { signal } = {}) =>
      await lookUp(formatPointerTag(pointer), judgeClaim, signal),
    async movePointer(pointer, image, options) {
      const from = { host, located: place(image.referenceDigest) };
      await copyImage(from, { host, located: place(formatPointerTag(pointer)) }, options);
    },
    async publish(image, reference, options) {
      const located = locate(reference);
      const to = { host: client.host(located.registry), located };
      return await copyImage({ host, located: place(image.referenceDigest) }, to, options);
    },
    attach: async ({ digest }, attachment, options) =>
      await attachTo(host, repository, { digest, attachment }, options),
    readAttached: async ({ digest }, artifactType, options) =>
      await readAttached(host, repository, digest, { ...options, artifactType, limit: LARGEST_NOTE }),
    list: async (options = {}) => await listStore(host, repository, { platform, ...options }),
    remove: async (stored, options) => await removeStored(host, repository, stored, options),
    time: async (options) => await readTime(host, options),
    tryAccess: async (options) => await tryAccess(host, repository, options),
  };
}

/** Why an image is not the result of a name, undefined if it is. */
function judgeResult(image: RegistryImage, { key, stage }: StoreName): string | undefined {
  const { labels } = image.config;
  if (labels[LABEL.key] !== key) return `has the key ${labels[LABEL.key] ?? "of nothing"}`;
  if ((labels[LABEL.stage] === "build") !== (stage === "build")) return `is not of the stage ${stage}`;
  return judgeClaim(image);
}

/** Labels are inherited, the newest entry of a history is not. */
function judgeClaim({ config, history }: RegistryImage): string | undefined {
  const key = config.labels[LABEL.key];
  if (key === undefined) return "has no key";
  return provesKey(history, key) ? undefined : "has the labels of a result, but was made from it";
}
