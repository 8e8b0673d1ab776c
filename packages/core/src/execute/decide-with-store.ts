// Decides all targets with a shared store, as a session would, without an engine that has their images.
import type { NeededImage } from "../graph/target-graph.ts";
import { decideImage } from "../plan/decide-image.ts";
import { type DecisionInputs, decideTargets, type SharedFacts } from "../plan/decide-targets.ts";
import type { StoreReader } from "./store-reader.ts";
import type { StoredResult } from "./store-use.ts";

export interface SharedDecisions {
  /** For decideTargets. */
  readonly shared: SharedFacts;
  /** Results of targets that would have to be built without them, by target. */
  readonly results: ReadonlyMap<string, StoredResult>;
}

/** Rejects with the signal's reason only. */
export async function decideWithStore(
  inputs: Omit<DecisionInputs, "pasts" | "shared">,
  reader: Pick<StoreReader, "find" | "identityOf">,
): Promise<SharedDecisions> {
  const external = await readExternal(inputs, reader);
  const stored = new Map<string, string>();
  const results = new Map<string, StoredResult>();
  const asked = new Set<string>();
  for (;;) {
    const shared = { external, stored };
    const decided = [...decideTargets({ ...inputs, shared, pasts: new Map() }).values()];
    const searched = decided.flatMap(({ decision, node: { target } }) => {
      if (decision.kind !== "build" || asked.has(target.name)) return [];
      asked.add(target.name);
      return [{ target, key: decision.key }];
    });
    const found = await Promise.all(
      searched.map(async ({ key, target }) => [target.name, await reader.find(target, key)] as const),
    );
    let isNew = false;
    for (const [name, result] of found) {
      if (result === undefined) continue;
      isNew = true;
      stored.set(result.key, result.identity);
      results.set(name, result);
    }
    // Each result may decide the targets that are made from it.
    if (!isNew) return { shared, results };
  }
}

async function readExternal(
  { facts, graph, lock }: Pick<DecisionInputs, "facts" | "graph" | "lock">,
  reader: Pick<StoreReader, "identityOf">,
): Promise<ReadonlyMap<string, string>> {
  const missing = new Map<string, NeededImage>();
  for (const { images, target } of graph.nodes.values()) {
    for (const image of images) {
      const isExternal = image.target === undefined;
      if (isExternal && decideImage(image, target.pull, { facts, lock }).kind === "pull")
        missing.set(image.reference, image);
    }
  }
  const read = [...missing].map(async ([reference, image]) => {
    const identity = await reader.identityOf(image);
    return identity === undefined ? [] : [[reference, identity] as const];
  });
  return new Map((await Promise.all(read)).flat());
}
