// Runs a graph in parallel: a target starts when all it needs has succeeded, the longest way to the end first.
// Knows nothing of images, engines or events.
import pLimit from "p-limit";
import { longestPathToEnd } from "../graph/longest-path.ts";
import type { TargetGraph } from "../graph/target-graph.ts";

export interface Schedule<Finished> {
  readonly graph: TargetGraph;
  /** Number of targets that run at once. */
  readonly concurrency: number;
  /** Called once for each target whose dependencies all succeeded. Must not reject. */
  readonly run: (name: string, lend: Lend) => Promise<Finished>;
  /** Called instead of `run` when a dependency did not succeed. */
  readonly skip: (name: string, because: string) => Finished;
  readonly succeeded: (finished: Finished) => boolean;
}

/** Lets another target run while one waits for work that is done elsewhere, as the engine's pulls are. */
export type Lend = <Value>(work: () => Promise<Value>) => Promise<Value>;

/** Targets that wait so at the same time. */
const MOST_LENT = 16;

/** Starts at once; the promises, one for each target, never reject. */
export function schedule<Finished>(work: Schedule<Finished>): ReadonlyMap<string, Promise<Finished>> {
  const { graph } = work;
  const rank = rankTargets(graph);
  const pending = new Map(
    [...graph.nodes.keys()].map((name) => [name, Promise.withResolvers<Finished>()] as const),
  );
  const waiting = new Map([...graph.nodes].map(([name, node]) => [name, node.dependencies.length]));
  const isFinished = new Set<string>();
  /** The last one is taken first. */
  const ready: string[] = [];
  // A slot is asked for when a target becomes ready; which target gets it is decided when the slot is free.
  const limit = pLimit(work.concurrency);

  let lent = 0;
  const lend: Lend = async (awaited) => {
    if (lent === MOST_LENT) return await awaited();
    lent += 1;
    limit.concurrency += 1;
    try {
      return await awaited();
    } finally {
      lent -= 1;
      limit.concurrency -= 1;
    }
  };

  const rankOf = (name: string) => rank.get(name) ?? 0;
  const addReady = (name: string) => {
    let [low, high] = [0, ready.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rankOf(ready[middle] as string) > rankOf(name)) low = middle + 1;
      else high = middle;
    }
    ready.splice(low, 0, name);
  };
  const start = (name: string) => {
    addReady(name);
    void limit(async () => {
      const best = ready.pop() as string;
      finish(best, await work.run(best, lend));
    });
  };
  const finish = (first: string, value: Finished) => {
    const open: { readonly name: string; readonly value: Finished }[] = [{ name: first, value }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { name } = next;
      if (isFinished.has(name)) continue;
      isFinished.add(name);
      pending.get(name)?.resolve(next.value);
      const succeeded = work.succeeded(next.value);
      for (const dependent of graph.nodes.get(name)?.dependents ?? []) {
        if (isFinished.has(dependent)) continue;
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

/** The place of each target among all: the longest way to the end first, then as they were written. */
function rankTargets(graph: TargetGraph): ReadonlyMap<string, number> {
  const priority = longestPathToEnd(graph, () => 1);
  const names = [...graph.nodes.keys()].sort((a, b) => (priority.get(b) ?? 0) - (priority.get(a) ?? 0));
  return new Map(names.map((name, index) => [name, index]));
}
