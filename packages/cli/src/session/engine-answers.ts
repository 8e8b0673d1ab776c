// The engine's facts about the targets of a graph, for commands that decide without a session.
import {
  type DecisionInputs,
  type Engine,
  type Facts,
  type Lock,
  type Records,
  readIdentities,
  type TargetGraph,
} from "@sti/core";
import { ownFacts } from "./own-facts.ts";

export type EngineAnswers = Pick<DecisionInputs, "facts" | "identities">;

/** `facts`: as the engine was surveyed. */
export async function readEngineAnswers(
  engine: Engine,
  known: {
    readonly facts: Facts;
    readonly graph: TargetGraph;
    readonly lock: Lock | undefined;
    readonly records: Records;
    readonly signal: AbortSignal;
  },
): Promise<EngineAnswers> {
  const { graph, lock, records, signal } = known;
  const facts = await ownFacts(engine, known);
  const identities = await readIdentities(engine, { graph, facts, lock, records }, { signal });
  return { facts, identities };
}
