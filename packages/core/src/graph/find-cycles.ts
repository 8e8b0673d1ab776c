// Finds cycles: one, the shortest through its first member, for each group of targets that need each other.
// Iterative, so that long chains cannot overflow the stack.
import type { Edge } from "./target-graph.ts";

/** Each cycle as its edges in order; the last edge leads back to the first one's `from`. */
export function findCycles(names: readonly string[], edges: readonly Edge[]): readonly (readonly Edge[])[] {
  const outgoing = new Map<string, Edge[]>(names.map((name) => [name, []]));
  for (const edge of edges) outgoing.get(edge.from)?.push(edge);
  const remaining = namesOnCycles(names, edges, outgoing);
  const cycles: (readonly Edge[])[] = [];
  for (const name of names) {
    if (!remaining.has(name)) continue;
    const cycle = shortestCycle(name, outgoing, remaining);
    remaining.delete(name);
    if (cycle === undefined) continue;
    cycles.push(cycle);
    for (const edge of cycle) remaining.delete(edge.from);
  }
  return cycles;
}

/** The rest after targets without dependencies, and targets without dependents, are removed again and again. */
function namesOnCycles(
  names: readonly string[],
  edges: readonly Edge[],
  outgoing: ReadonlyMap<string, readonly Edge[]>,
): Set<string> {
  const incoming = new Map<string, Edge[]>(names.map((name) => [name, []]));
  for (const edge of edges) incoming.get(edge.to)?.push(edge);
  const remaining = new Set(names);
  const peel = (
    next: ReadonlyMap<string, readonly Edge[]>,
    back: ReadonlyMap<string, readonly Edge[]>,
    far: (edge: Edge) => string,
  ) => {
    const count = new Map(
      [...remaining].map((name) => [
        name,
        (next.get(name) ?? []).filter((edge) => remaining.has(edge.from) && remaining.has(edge.to)).length,
      ]),
    );
    const free = [...remaining].filter((name) => count.get(name) === 0);
    for (let name = free.pop(); name !== undefined; name = free.pop()) {
      remaining.delete(name);
      for (const edge of back.get(name) ?? []) {
        const other = far(edge);
        if (!remaining.has(other)) continue;
        const left = (count.get(other) ?? 0) - 1;
        count.set(other, left);
        if (left === 0) free.push(other);
      }
    }
  };
  peel(outgoing, incoming, (edge) => edge.from);
  peel(incoming, outgoing, (edge) => edge.to);
  return remaining;
}

/** Breadth first from `start` back to `start`. */
function shortestCycle(
  start: string,
  outgoing: ReadonlyMap<string, readonly Edge[]>,
  within: ReadonlySet<string>,
): readonly Edge[] | undefined {
  const reachedBy = new Map<string, Edge>();
  const queue = [start];
  for (let index = 0; index < queue.length; index += 1) {
    const name = queue[index] as string;
    for (const edge of outgoing.get(name) ?? []) {
      if (edge.to === start) return traceBack(edge, start, reachedBy);
      if (!within.has(edge.to) || reachedBy.has(edge.to)) continue;
      reachedBy.set(edge.to, edge);
      queue.push(edge.to);
    }
  }
  return undefined;
}

function traceBack(last: Edge, start: string, reachedBy: ReadonlyMap<string, Edge>): readonly Edge[] {
  const cycle = [last];
  for (let name = last.from; name !== start; ) {
    const edge = reachedBy.get(name) as Edge;
    cycle.unshift(edge);
    name = edge.from;
  }
  return cycle;
}
