// The order in which workers take tasks: first those whose ends others wait for longest. Pure.
import { createHash } from "node:crypto";
import type { TargetGraph } from "@sti/core";

/** Milliseconds of a step in the order: differences below it do not matter. */
const STEP = 100;
/** The largest number that the queue takes. */
const LAST = 2_097_152;
/** Places of targets within a step, by their names. */
const RANKS = 32;
/** Builds of less than so many times the median are alike. */
const ALIKE = 3;

/**
 * By target, from 1: a lower number is taken first. A target comes before another if the builds from it to the end of the
 * graph take longer, one after the other. `times`: milliseconds of earlier builds. Only the long ones of them count: they would
 * be waited for at the end. If all were in order, the short ones were left for the end, and a worker that is ready early would
 * take many of them from the workers that they belong to. Targets that count as equal have the same order in each run: those that
 * wait longest, and may be taken by another worker, are the same ones then, and find there what they left in the run before.
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
    [...ways].map(([name, way]) => {
      const step = Math.round((longest - way) / STEP);
      return [name, Math.min(LAST, 1 + step * RANKS + rankOf(name))];
    }),
  );
}

function medianOf(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((one, other) => one - other)[numbers.length >> 1];
}

function rankOf(name: string): number {
  return createHash("sha256").update(name).digest().readUInt32BE(0) % RANKS;
}
