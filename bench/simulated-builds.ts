// Declared durations of builds, and the least time that workers need for a graph of them. Pure.
import { createHash } from "node:crypto";
import type { TargetGraph } from "@sti/core";

/** Milliseconds: half of the builds take less than that, a sixth more than twice as long. */
const MEDIAN = 30_000;
const LONGEST = 240_000;

/** Always the same for a target; log-normal over targets. */
export function durationOf(target: string): number {
  const hash = createHash("sha256").update(target).digest();
  const [one, other] = [hash.readUInt32BE(0), hash.readUInt32BE(4)].map((bits) => (bits + 0.5) / 2 ** 32);
  const normal = Math.sqrt(-2 * Math.log(one ?? 0)) * Math.cos(2 * Math.PI * (other ?? 0));
  return Math.min(LONGEST, Math.round(MEDIAN * 2 ** normal));
}

/** The larger one of the critical path, and all work spread evenly over the slots. */
export function lowerBound({ nodes }: TargetGraph, slots: number): number {
  const ends = new Map<string, number>();
  let work = 0;
  for (const [name, { dependencies }] of nodes) {
    const begin = Math.max(0, ...dependencies.map((other) => ends.get(other) ?? 0));
    ends.set(name, begin + durationOf(name));
    work += durationOf(name);
  }
  return Math.max(work / slots, ...ends.values());
}
