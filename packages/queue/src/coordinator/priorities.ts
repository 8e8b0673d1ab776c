// The order in which workers take tasks: first those that most others wait for, one after the other. Pure.
import type { TargetGraph } from "@sti/core";

/** By target, from 1: a lower number is taken first. */
export function priorities({ nodes }: Pick<TargetGraph, "nodes">): ReadonlyMap<string, number> {
  const heights = new Map<string, number>();
  for (const [name, { dependents }] of [...nodes].reverse()) {
    heights.set(name, 1 + Math.max(0, ...dependents.map((other) => heights.get(other) ?? 0)));
  }
  const highest = Math.max(1, ...heights.values());
  return new Map([...heights].map(([name, height]) => [name, highest - height + 1]));
}
