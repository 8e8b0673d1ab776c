// A part of a selection for one of several machines: the parts are disjoint, together they are everything, and each
// machine finds its own from the same data. Pure.
import { keepNeeded, type Selection } from "./select-targets.ts";

export interface Shard {
  /** From 1 to `count`. */
  readonly index: number;
  readonly count: number;
  /** Durations of targets in milliseconds; the same for all machines. Missing ones count like the average. */
  readonly durations: ReadonlyMap<string, number>;
}

/** The longest goes first, each to the part that has least to do: no part is much longer than another. */
export function shardTargets({ graph, selected }: Selection, shard: Shard): Selection {
  const known = selected.flatMap((name) => shard.durations.get(name) ?? []);
  const average = known.length === 0 ? 1 : known.reduce((sum, one) => sum + one, 0) / known.length;
  const weighed = selected
    .map((name) => ({ name, weight: shard.durations.get(name) ?? average }))
    .sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1));
  const parts = Array.from({ length: shard.count }, () => ({ load: 0, names: new Set<string>() }));
  for (const { name, weight } of weighed) {
    // Targets that take no time are spread, too.
    const least = parts.reduce((best, part) =>
      part.load < best.load || (part.load === best.load && part.names.size < best.names.size) ? part : best,
    );
    least.load += weight;
    least.names.add(name);
  }
  const own = parts[shard.index - 1]?.names ?? new Set<string>();
  return { selected: selected.filter((name) => own.has(name)), graph: keepNeeded(graph, own) };
}
