// Asks the shared store about targets that a command explains: which of them it has, and who built them.
import {
  createStoreHealth,
  createStoreReader,
  type DecisionInputs,
  decideWithStore,
  describeStored,
  type StoredResult,
  type StoredWhy,
  type StoreUse,
  type Target,
} from "@sti/core";
import type { CommandContext } from "../process/command-context.ts";
import { sanitizeLine } from "../render/sanitize.ts";

export interface StoreAnswers {
  /** Undefined where there is no store. */
  readonly shared: DecisionInputs["shared"];
  /** The result of a target with this key. */
  find(target: Target, key: string): Promise<StoredResult | undefined>;
  /** The same for people; null if the store has none. */
  describe(target: Target, key: string): Promise<StoredWhy | null>;
}

/** A problem with the store is a warning, and it has nothing then. */
export async function askStore(
  use: StoreUse,
  inputs: Omit<DecisionInputs, "pasts" | "shared">,
  { signal, stderr }: Pick<CommandContext, "signal" | "stderr">,
): Promise<StoreAnswers> {
  const warn = (message: string) => void stderr.write(`sti: warning: ${sanitizeLine(message)}\n`);
  const { facts, lock } = inputs;
  const platform = { os: facts.engine?.os ?? "linux", architecture: facts.engine?.architecture ?? "" };
  const health = createStoreHealth(use.store, { now: () => performance.now(), signal, warn });
  const reader = createStoreReader(use, { health, lock, platform, signal, warn });
  const { results, shared } = await decideWithStore(inputs, reader);
  const find = async (target: Target, key: string) => {
    const known = results.get(target.name);
    return known?.key === key ? known : await reader.find(target, key);
  };
  return {
    shared,
    find,
    describe: async (target, key) => {
      const stored = await find(target, key);
      if (stored === undefined) return null;
      const origin = await reader.originOf(stored);
      return { ...describeStored(stored), ...(origin === undefined ? {} : { origin }) };
    },
  };
}
