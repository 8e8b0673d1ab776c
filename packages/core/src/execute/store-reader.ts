// Searches the store of a session. A store that was given up has nothing.
import type { Target } from "../definition/target.ts";
import type { NeededImage } from "../graph/target-graph.ts";
import { imageIdentity } from "../plan/image-identity.ts";
import { LABEL } from "../plan/labels.ts";
import { type Lock, nameByDigest } from "../plan/lock.ts";
import { RegistryError } from "../store/registry-error.ts";
import type { Platform, RegistryImage } from "../store/registry-image.ts";
import { chooseOrigin, ORIGIN_TYPE, type ResultOrigin } from "../store/result-origin.ts";
import type { StoreLookup, StoreName } from "../store/result-store.ts";
import { pointerTo } from "../store/store-tags.ts";
import { createIdentifier, hostOf } from "./identify-external.ts";
import type { StoreHealth } from "./store-health.ts";
import { createStoreTrust, type StoreTrust } from "./store-trust.ts";
import type { StoredResult, StoreUse } from "./store-use.ts";

/** All calls reject with the signal's reason only. */
export interface StoreReader {
  /** Undefined where the store has no such result. It is searched for once. */
  find(target: Target, key: string): Promise<StoredResult | undefined>;
  /** Undefined where the store has no such dependency layer. */
  findLayer(key: string): Promise<RegistryImage | undefined>;
  /** Identity of an external image that would have to be pulled; undefined where the registry does not give it. */
  identityOf(image: NeededImage): Promise<string | undefined>;
  /** Undefined where the store has no note of it that can be read. */
  originOf(stored: StoredResult): Promise<ResultOrigin | undefined>;
  /**
   * The last result of a target on its branch, or on one that this comes from, whose artifacts a build can have. `judge`
   * gives the problem of an image. Undefined where the store names none.
   */
  findPrevious(
    target: string,
    judge: (image: RegistryImage) => string | undefined,
  ): Promise<PreviousResult | { readonly problem: string } | undefined>;
}

export interface PreviousResult {
  readonly image: RegistryImage;
  readonly branch: string | undefined;
}

export function createStoreReader(
  use: Omit<StoreUse, "writes" | "load" | "builder">,
  {
    health,
    lock,
    platform,
    signal,
    warn,
    trust = createStoreTrust(use, warn),
  }: {
    /** Of the engine. */
    readonly platform: Platform;
    readonly lock: Lock | undefined;
    readonly health: StoreHealth;
    readonly signal: AbortSignal;
    /** Left out: nobody else asks for it. */
    readonly trust?: StoreTrust;
    readonly warn: (message: string) => void;
  },
): StoreReader {
  const { branches, largestPrevious = 0, reads, registry, store } = use;
  const { repository } = store;
  const identify = createIdentifier({ health, registry, signal, storeHost: hostOf(repository) });
  const isRead = () => reads && health.can("read");
  const strike = (problem: string) => health.strike(`the store ${repository}: ${problem}`, warn);
  const results = new Map<string, Promise<StoredResult | undefined>>();

  /** The image of a lookup; a problem is reported. */
  const accept = (lookup: StoreLookup): RegistryImage | undefined => {
    if (lookup.kind === "found") return lookup.image;
    if (lookup.kind === "failed" && lookup.error.reason !== "invalid") health.giveUp("read", lookup.error);
    else if (lookup.kind === "failed") strike(lookup.error.message);
    if (lookup.kind === "unfit") strike(lookup.problem);
    return undefined;
  };
  /** Undefined for an image that must not be used. A registry that does not answer is a problem of the store. */
  const trusted = async (name: StoreName, image: RegistryImage): Promise<RegistryImage | undefined> => {
    try {
      const isSigned = await trust.isTrusted(name, image, (work) =>
        health.ask("read", work, (documents) => documents.length > 0),
      );
      return isSigned ? image : undefined;
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      health.giveUp("read", error);
      return undefined;
    }
  };
  const search = async (names: readonly StoreName[]): Promise<readonly RegistryImage[]> => {
    if (!isRead()) return [];
    const isSaving = (lookups: readonly StoreLookup[]) => lookups.every(({ kind }) => kind === "found");
    const lookups = await health.ask("read", (signal) => store.find(names, { signal }), isSaving);
    const found = lookups?.map(accept) ?? [];
    if (!found.every((image) => image !== undefined)) return [];
    const images = await Promise.all(found.map((image, index) => trusted(names[index] as StoreName, image)));
    return images.every((image) => image !== undefined) ? images : [];
  };
  const find = async (target: Target, key: string): Promise<StoredResult | undefined> => {
    const isExtended = target.kind === "app" && target.buildTag !== undefined;
    const stages = isExtended ? (["result", "build"] as const) : (["result"] as const);
    const images = await search(stages.map((stage) => ({ key, stage })));
    const foreign = target.kind === "app" ? images.find((image) => !isFor(image, platform)) : undefined;
    if (foreign !== undefined) {
      strike(`${foreign.digest} is for ${foreign.os}/${foreign.architecture}`);
      return undefined;
    }
    const [result, build] = images;
    return result && { key, identity: imageIdentity(result), result, build };
  };
  return {
    find: (target, key) => {
      const name = JSON.stringify([target.name, key]);
      const finding = results.get(name) ?? find(target, key);
      results.set(name, finding);
      return finding;
    },
    findLayer: async (key) => (await search([{ key, stage: "result" }]))[0],
    identityOf: async (image) => {
      if (!isRead()) return undefined;
      const reference = nameByDigest(image.reference, lock?.get(image.reference)) ?? image.reference;
      return await identify(reference, platform);
    },
    originOf: async ({ result }) => {
      if (!isRead()) return undefined;
      try {
        const attached = await health.ask("read", (signal) =>
          store.readAttached(result, ORIGIN_TYPE, { signal }),
        );
        return chooseOrigin(attached ?? []);
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error;
        warn(`the origin of ${result.repository}@${result.digest} cannot be read: ${error.message}`);
        return undefined;
      }
    },
    findPrevious: async (target, judge) => {
      if (!isRead() || largestPrevious === 0) return undefined;
      const { others, own } = await branches();
      let problem: string | undefined;
      for (const branch of [own, ...others]) {
        const pointer = pointerTo(target, branch);
        const lookup = await health.ask("read", (signal) => store.findPointer(pointer, { signal }));
        const accepted = lookup && accept(lookup);
        const image = accepted && (await trusted(nameOf(accepted), accepted));
        if (image === undefined) continue;
        const found = image.size > largestPrevious ? TOO_LARGE : judge(image);
        if (found === undefined) return { image, branch };
        problem ??= found;
      }
      return problem === undefined ? undefined : { problem };
    },
  };
}

/** By the labels of a result. */
function nameOf({ config: { labels } }: RegistryImage): StoreName {
  return { key: labels[LABEL.key] ?? "", stage: labels[LABEL.stage] === "build" ? "build" : "result" };
}

const TOO_LARGE = "previous image is larger than cache.previous";

function isFor(image: Platform, { architecture, os }: Platform): boolean {
  return image.os === os && (architecture === "" || image.architecture === architecture);
}
