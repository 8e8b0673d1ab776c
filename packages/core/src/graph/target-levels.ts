// A graph as levels: each target is in the first one that comes after all that it needs. Pure.
import type { TargetGraph } from "./target-graph.ts";

/** Names of targets; those of a level can be built at the same time once all levels before are done. */
export function targetLevels(graph: TargetGraph): readonly (readonly string[])[] {
  const levelOf = new Map<string, number>();
  const levels: string[][] = [];
  for (const [name, { dependencies }] of graph.nodes) {
    const level = Math.max(0, ...dependencies.map((needed) => (levelOf.get(needed) ?? -1) + 1));
    levelOf.set(name, level);
    levels[level] = [...(levels[level] ?? []), name];
  }
  return levels;
}
