// Removes the images that lost their tags to new ones, so that rebuilding leaves no untagged images behind.
import { type Engine, EngineError } from "../engine.ts";
import type { Failure } from "../failure.ts";
import type { TargetGraph } from "../graph/target-graph.ts";
import { failureOfError } from "./failure-of-error.ts";
import { removeUntagged } from "./remove-untagged.ts";

/**
 * Images that something else still uses are kept. Dependents go first: an image cannot be removed while another
 * is based on it. Returns what went wrong; an image that is kept is not wrong.
 */
export async function removeReplaced(
  engine: Engine,
  graph: TargetGraph,
  replaced: ReadonlyMap<string, readonly string[]>,
): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const [name, node] of [...graph.nodes].reverse()) {
    for (const id of replaced.get(name) ?? []) {
      try {
        await removeUntagged(engine, id);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        failures.push(
          failureOfError(error, { target: node.target, scriptOf: () => undefined, incremental: false }),
        );
      }
    }
  }
  return failures;
}
