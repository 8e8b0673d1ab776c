// Removes the images that lost their tags to new ones, so that rebuilding leaves no untagged images behind.
import { type Engine, EngineError } from "../engine.ts";
import type { TargetGraph } from "../graph/target-graph.ts";
import { removeUntagged } from "./remove-untagged.ts";
import type { SessionLedger } from "./session-ledger.ts";

/**
 * Dependents go first: an image cannot be removed while another is based on it. What is still used stays in the ledger,
 * and so does what could not be removed. Resolves to what went wrong; the session has succeeded all the same.
 */
export async function removeReplaced(
  engine: Engine,
  { nodes }: Pick<TargetGraph, "nodes">,
  ledger: SessionLedger,
): Promise<readonly EngineError[]> {
  const replaced = ledger.replaced();
  if (replaced.size === 0) return [];
  const errors: EngineError[] = [];
  const { keys: spared } = await ledger.others();
  const gone = [...replaced.keys()].filter((name) => !nodes.has(name));
  for (const name of [...gone, ...[...nodes.keys()].reverse()]) {
    for (const id of replaced.get(name) ?? []) {
      try {
        if ((await removeUntagged(engine, id, { spared })) !== "in-use") ledger.strike(id);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        errors.push(error);
      }
    }
  }
  return errors;
}

/** In one sentence; undefined where nothing went wrong. */
export function describeUnremoved(errors: readonly EngineError[]): string | undefined {
  const [first] = errors;
  if (first === undefined) return undefined;
  const images =
    errors.length === 1 ? "an image that lost its tag" : `${errors.length} images that lost their tags`;
  return `could not remove ${images}; the next session will try again, and so does sti clean: ${first.message}`;
}
