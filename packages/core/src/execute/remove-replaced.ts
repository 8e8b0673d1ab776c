// Removes the images that lost their tags to new ones, so that rebuilding leaves no untagged images behind.
import { type Engine, EngineError } from "../engine.ts";
import type { Failure } from "../failure.ts";
import type { TargetGraph } from "../graph/target-graph.ts";
import { failureOfError } from "./failure-of-error.ts";
import { removeUntagged } from "./remove-untagged.ts";

export interface Removal {
  /** What went wrong; an image that is kept is not wrong. */
  readonly failures: readonly Failure[];
  /** By target, the images that something else still uses, and those that could not be asked about. */
  readonly kept: ReadonlyMap<string, readonly string[]>;
}

/** Dependents go first: an image cannot be removed while another is based on it. */
export async function removeReplaced(
  engine: Engine,
  graph: TargetGraph,
  replaced: ReadonlyMap<string, readonly string[]>,
): Promise<Removal> {
  const failures: Failure[] = [];
  const kept = new Map<string, readonly string[]>();
  const keep = (name: string, id: string) => kept.set(name, [...(kept.get(name) ?? []), id]);
  for (const [name, node] of [...graph.nodes].reverse()) {
    for (const id of replaced.get(name) ?? []) {
      try {
        if (await removeUntagged(engine, id)) keep(name, id);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        keep(name, id);
        failures.push(
          failureOfError(error, { target: node.target, scriptOf: () => undefined, incremental: false }),
        );
      }
    }
  }
  return { failures, kept };
}
