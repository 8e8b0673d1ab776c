// The engine's images as the targets of a graph see them: images that only inherited a target's labels are none of its
// results. Commands that run no session use it.
import { createProofs, type Engine, type Facts, type Records, type TargetGraph } from "@sti/core";

/** Remembers nothing: these commands write no records. */
export async function ownFacts(
  engine: Engine,
  {
    facts,
    graph,
    records,
    signal,
  }: {
    readonly facts: Facts;
    readonly graph: TargetGraph;
    readonly records: Records;
    readonly signal: AbortSignal;
  },
): Promise<Facts> {
  const proofs = createProofs({ engine, records, remember: async () => {}, signal });
  let own = facts;
  for (const { target } of graph.nodes.values()) own = await proofs.factsFor(target, own);
  return own;
}
