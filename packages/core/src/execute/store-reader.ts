// Searches the store of a session. A store that fails is reported once, and has nothing from then on.
import type { Target } from "../definition/target.ts";
import type { NeededImage } from "../graph/target-graph.ts";
import type { Facts } from "../plan/facts.ts";
import { imageIdentity } from "../plan/image-identity.ts";
import { type Lock, nameByDigest } from "../plan/lock.ts";
import { RegistryError } from "../store/registry-error.ts";
import type { RegistryImage } from "../store/registry-image.ts";
import { chooseOrigin, ORIGIN_TYPE, type ResultOrigin } from "../store/result-origin.ts";
import type { StoreLookup, StoreName } from "../store/result-store.ts";
import { pointerTo } from "../store/store-tags.ts";
import type { StoreProblems } from "./store-problems.ts";
import type { StoredResult, StoreUse } from "./store-use.ts";

/** Milliseconds for an answer of the store; a slower one costs more than it saves. */
export const PATIENCE = 10_000;

/** All calls reject with the signal's reason only. */
export interface StoreReader {
  /** Undefined where the store has no such result. */
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
  { branches, largestPrevious = 0, reads, registry, store }: Omit<StoreUse, "writes" | "load" | "builder">,
  {
    facts,
    lock,
    problems,
    signal,
    warn,
  }: {
    readonly facts: Pick<Facts, "engine">;
    readonly lock: Lock | undefined;
    readonly problems: StoreProblems;
    readonly signal: AbortSignal;
    readonly warn: (message: string) => void;
  },
): StoreReader {
  const platform = { os: facts.engine?.os ?? "linux", architecture: facts.engine?.architecture ?? "" };
  const patient = () => AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);
  const isRead = () => reads && !problems.has("read");

  /** The image of a lookup; a problem is reported. */
  const accept = (lookup: StoreLookup): RegistryImage | undefined => {
    if (lookup.kind === "found") return lookup.image;
    if (lookup.kind === "failed" && lookup.error.reason !== "invalid") problems.giveUp("read", lookup.error);
    if (lookup.kind === "failed" && lookup.error.reason === "invalid") warn(lookup.error.message);
    if (lookup.kind === "unfit") warn(`the store ${store.repository}: ${lookup.problem}`);
    return undefined;
  };
  /** Undefined where the store does not answer in time. */
  const ask = async <Answer>(
    call: (options: { readonly signal: AbortSignal }) => Promise<Answer>,
  ): Promise<Answer | undefined> => {
    const answering = patient();
    try {
      return await call({ signal: answering });
    } catch (error) {
      signal.throwIfAborted();
      if (!answering.aborted) throw error;
      problems.giveUp("read", new Error(`it did not answer within ${PATIENCE / 1000} s`));
      return undefined;
    }
  };
  const search = async (names: readonly StoreName[]): Promise<readonly RegistryImage[]> => {
    if (!isRead()) return [];
    const images = (await ask((options) => store.find(names, options)))?.map(accept) ?? [];
    return images.every((image) => image !== undefined) ? images : [];
  };
  return {
    find: async (target, key) => {
      const isExtended = target.kind === "app" && target.buildTag !== undefined;
      const stages = isExtended ? (["result", "build"] as const) : (["result"] as const);
      const [result, build] = await search(stages.map((stage) => ({ key, stage })));
      return result && { key, identity: imageIdentity(result), result, build };
    },
    findLayer: async (key) => (await search([{ key, stage: "result" }]))[0],
    identityOf: async (image) => {
      if (!isRead()) return undefined;
      const reference = nameByDigest(image.reference, lock?.get(image.reference)) ?? image.reference;
      try {
        const found = await registry.readImage(reference, { platform, signal: patient() });
        return found && imageIdentity(found);
      } catch (error) {
        signal.throwIfAborted();
        // The engine may have other ways to get it, and has words of its own.
        if (error instanceof RegistryError || (error as Error).name === "TimeoutError") return undefined;
        throw error;
      }
    },
    originOf: async ({ result }) => {
      if (!isRead()) return undefined;
      try {
        const attached = await ask((options) => store.readAttached(result, ORIGIN_TYPE, options));
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
        const lookup = isRead()
          ? await ask((options) => store.findPointer(pointerTo(target, branch), options))
          : undefined;
        const image = lookup && accept(lookup);
        if (image === undefined) continue;
        const found = image.size > largestPrevious ? TOO_LARGE : judge(image);
        if (found === undefined) return { image, branch };
        problem ??= found;
      }
      return problem === undefined ? undefined : { problem };
    },
  };
}

const TOO_LARGE = "previous image is larger than cache.previous";
