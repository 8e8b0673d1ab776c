// Finds the targets whose results a store lacks, without an engine: for pipelines that build nothing else.
import type { NeededImage, TargetGraph } from "../graph/target-graph.ts";
import { NO_FACTS } from "../plan/facts.ts";
import type { PlanFlags } from "../plan/flags.ts";
import type { Lock } from "../plan/lock.ts";
import type { Platform } from "../store/registry-image.ts";
import { type AheadInputs, searchAhead } from "./search-ahead.ts";
import { createStoreHealth } from "./store-health.ts";
import { createStoreReader } from "./store-reader.ts";
import type { StoreUse } from "./store-use.ts";

export interface MissingInputs extends Pick<AheadInputs, "dockerfiles" | "snapshots"> {
  readonly graph: TargetGraph;
  readonly flags: PlanFlags;
  readonly lock: Lock | undefined;
  /** Of the engines that will build. */
  readonly platform: Platform;
  readonly use: Omit<StoreUse, "writes" | "load" | "builder">;
  /** Milliseconds, of any clock. */
  readonly now: () => number;
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Names of the targets whose result is not in the store, or is not known yet: one that is made from a missing result has no
 * key. In build order. Rejects with the signal's reason only; of a store that fails, everything is missing.
 */
export async function findMissing(inputs: MissingInputs): Promise<readonly string[]> {
  const { flags, lock, now, platform, signal, use, warn } = inputs;
  const health = createStoreHealth(use.store, { now, patience: use.patience, signal, warn });
  const { find, identityOf } = createStoreReader(use, { platform, health, lock, signal, warn });
  const unknown = new Set<string>();
  const identify = async (image: NeededImage): Promise<string | undefined> => {
    const identity = await identityOf(image);
    if (identity === undefined && health.can("read") && !unknown.has(image.reference)) {
      unknown.add(image.reference);
      const where = `${platform.os}/${platform.architecture}`;
      warn(`no registry has ${image.short} for ${where}, targets made from it count as missing`);
    }
    return identity;
  };
  const found = searchAhead({
    ...inputs,
    facts: NO_FACTS,
    flagsFor: () => flags,
    identityOf: identify,
    identityOfPresent: async () => {
      throw new Error("no target is up to date without an engine");
    },
    find,
  });
  const missing = await Promise.all(
    [...found].map(async ([name, identity]) => ((await identity) === undefined ? [name] : [])),
  );
  return missing.flat();
}
