// Runs a graph in parallel: a target starts when all it needs has succeeded, the longest way to the end first.
// Knows nothing of images, engines or events.
import pLimit from "p-limit";
import { longestPathToEnd } from "../graph/longest-path.ts";
import type { TargetGraph } from "../graph/target-graph.ts";

export interface Schedule<Settled> {
  readonly graph: TargetGraph;
  /** How many run at once. */
  readonly concurrency: number;
  /** Called once for each target whose dependencies all succeeded. Must not reject. */
  readonly run: (name: string) => Promise<Settled>;
  /** Called instead of `run` when a dependency did not succeed. */
  readonly skip: (name: string, because: string) => Settled;
  readonly succeeded: (settled: Settled) => boolean;
}

/** Starts at once; the promises, one for each target, never reject. */
export function schedule<Settled>(work: Schedule<Settled>): ReadonlyMap<string, Promise<Settled>> {
  const { graph } = work;
  const priority = longestPathToEnd(graph, () => 1);
  const order = new Map([...graph.nodes.keys()].map((name, index) => [name, index]));
  const pending = new Map(
    [...graph.nodes.keys()].map((name) => [name, Promise.withResolvers<Settled>()] as const),
  );
  const waiting = new Map([...graph.nodes].map(([name, node]) => [name, node.dependencies.length]));
  const isSettled = new Set<string>();
  const ready: string[] = [];
  // A slot is asked for when a target becomes ready; which target gets it is decided when the slot is free.
  const limit = pLimit(work.concurrency);

  const takeBest = (): string => {
    const before = (a: string, b: string) =>
      (priority.get(b) ?? 0) - (priority.get(a) ?? 0) || (order.get(a) ?? 0) - (order.get(b) ?? 0);
    let best = 0;
    for (let index = 1; index < ready.length; index += 1) {
      if (before(ready[index] as string, ready[best] as string) < 0) best = index;
    }
    return ready.splice(best, 1)[0] as string;
  };
  const start = (name: string) => {
    ready.push(name);
    void limit(async () => {
      const best = takeBest();
      settle(best, await work.run(best));
    });
  };
  const settle = (first: string, value: Settled) => {
    const open: { readonly name: string; readonly value: Settled }[] = [{ name: first, value }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { name } = next;
      if (isSettled.has(name)) continue;
      isSettled.add(name);
      pending.get(name)?.resolve(next.value);
      const succeeded = work.succeeded(next.value);
      for (const dependent of graph.nodes.get(name)?.dependents ?? []) {
        if (isSettled.has(dependent)) continue;
        if (!succeeded) {
          open.push({ name: dependent, value: work.skip(dependent, name) });
          continue;
        }
        const left = (waiting.get(dependent) ?? 0) - 1;
        waiting.set(dependent, left);
        if (left === 0) start(dependent);
      }
    }
  };
  for (const [name, count] of waiting) if (count === 0) start(name);
  return new Map([...pending].map(([name, { promise }]) => [name, promise]));
}
