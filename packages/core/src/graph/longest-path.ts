// The distance of each target from the end of the session, for the order of starts and the critical path. Pure.
import type { TargetGraph } from "./target-graph.ts";

/** Weight of the heaviest chain from each target through its dependents, its own weight included. */
export function longestPathToEnd(
  graph: TargetGraph,
  weight: (name: string) => number,
): ReadonlyMap<string, number> {
  const length = new Map<string, number>();
  for (const [name, node] of [...graph.nodes].reverse()) {
    const after = node.dependents.reduce((most, dependent) => Math.max(most, length.get(dependent) ?? 0), 0);
    length.set(name, weight(name) + after);
  }
  return length;
}

/** The heaviest chain of the whole graph, dependencies first. */
export function criticalPath(graph: TargetGraph, weight: (name: string) => number): readonly string[] {
  const length = longestPathToEnd(graph, weight);
  const heaviest = (names: Iterable<string>) => {
    let best: string | undefined;
    for (const name of names) {
      if (best === undefined || (length.get(name) ?? 0) > (length.get(best) ?? 0)) best = name;
    }
    return best;
  };
  const path: string[] = [];
  let next = heaviest(graph.nodes.keys());
  while (next !== undefined && (length.get(next) ?? 0) > 0) {
    path.push(next);
    next = heaviest(graph.nodes.get(next)?.dependents ?? []);
  }
  return path;
}
