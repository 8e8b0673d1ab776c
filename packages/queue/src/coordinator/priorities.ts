// The order in which workers take tasks: first those whose ends others wait for longest. Pure.
import type { TargetGraph } from "@sti/core";

/** Milliseconds of a step in the order: differences below it do not matter. */
const STEP = 100;
/** The largest number that the queue takes. */
const LAST = 2_097_152;
/** Builds of less than so many times the median are alike. */
const ALIKE = 3;

/**
 * By target, from 1: a lower number is taken first. A target comes before another if the builds from it to the end of the
 * graph take longer, one after the other. `times`: milliseconds of earlier builds. Only the long ones of them count: they would
 * be waited for at the end. If all were in order, the short ones were left for the end, and a worker that is ready early would
 * take many of them from the workers that they belong to.
 */
export function priorities(
  { nodes }: Pick<TargetGraph, "nodes">,
  times: ReadonlyMap<string, number> = new Map(),
): ReadonlyMap<string, number> {
  const usual = Math.max(STEP, ALIKE * (medianOf([...times.values()]) ?? 0));
  const ways = new Map<string, number>();
  for (const [name, { dependents }] of [...nodes].reverse()) {
    const rest = Math.max(0, ...dependents.map((other) => ways.get(other) ?? 0));
    ways.set(name, rest + Math.max(usual, times.get(name) ?? 0));
  }
  const longest = Math.max(0, ...ways.values());
  return new Map(
    [...ways].map(([name, way]) => [name, Math.min(LAST, 1 + Math.round((longest - way) / STEP))]),
  );
}

function medianOf(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((one, other) => one - other)[numbers.length >> 1];
}
