import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TargetGraph, TargetNode } from "../graph/target-graph.ts";
import { schedule } from "./schedule.ts";

/** A graph where each target only needs earlier ones. */
function graphOf(needs: readonly (readonly number[])[]): TargetGraph {
  const name = (index: number) => `t${index}`;
  return {
    edges: [],
    nodes: new Map(
      needs.map((dependencies, index): [string, TargetNode] => [
        name(index),
        {
          target: { name: name(index) } as TargetNode["target"],
          dependencies: dependencies.map(name),
          dependents: needs.flatMap((other, at) => (other.includes(index) ? [name(at)] : [])),
          images: [],
        },
      ]),
    ),
  };
}

const needs = fc
  .integer({ min: 1, max: 25 })
  .chain((size) =>
    fc.tuple(
      ...Array.from({ length: size }, (_, index) =>
        index === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(index - 1), { maxLength: 3 }),
      ),
    ),
  );

type Finished = { readonly name: string; readonly outcome: "ok" | "failed" | "skipped" };

describe("the schedule", () => {
  test("keeps its promises for any graph, any order of endings and any failures", async () => {
    await fc.assert(
      fc.asyncProperty(
        needs,
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.boolean(), { minLength: 25, maxLength: 25 }),
        fc.scheduler(),
        async (wanted, concurrency, fails, scheduler) => {
          const graph = graphOf(wanted);
          const running = new Set<string>();
          const outcomes = new Map<string, Finished["outcome"]>();
          let starts = 0;
          const isReady = (name: string) =>
            !outcomes.has(name) &&
            !running.has(name) &&
            graph.nodes.get(name)?.dependencies.every((other) => outcomes.get(other) === "ok");
          const finished = schedule<Finished>({
            graph,
            concurrency,
            run: async (name) => {
              expect(isReady(name)).toBe(true);
              starts += 1;
              running.add(name);
              expect(running.size).toBeLessThanOrEqual(concurrency);
              await scheduler.schedule(Promise.resolve(), name);
              const waiting = [...graph.nodes.keys()].filter(isReady).length;
              expect(waiting === 0 || running.size === concurrency).toBe(true);
              running.delete(name);
              const outcome = fails[Number(name.slice(1))] === true ? "failed" : "ok";
              outcomes.set(name, outcome);
              return { name, outcome };
            },
            skip: (name) => {
              outcomes.set(name, "skipped");
              return { name, outcome: "skipped" };
            },
            succeeded: ({ outcome }) => outcome === "ok",
          });
          await scheduler.waitFor(Promise.all(finished.values()));
          expect(outcomes.size).toBe(graph.nodes.size);
          expect(starts).toBe([...outcomes.values()].filter((outcome) => outcome !== "skipped").length);
          for (const [name, node] of graph.nodes) {
            const blocked = node.dependencies.some((other) => outcomes.get(other) !== "ok");
            expect(outcomes.get(name) === "skipped").toBe(blocked);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test("starts the target with the longest way to the end first", async () => {
    const order: string[] = [];
    const finished = schedule({
      graph: graphOf([[], [], [1], [2], [0]]),
      concurrency: 1,
      run: async (name) => {
        order.push(name);
        return true;
      },
      skip: () => false,
      succeeded: Boolean,
    });
    await Promise.all(finished.values());
    expect(order).toEqual(["t1", "t0", "t2", "t3", "t4"]);
  });

  test("skips a chain of 1,000 when its first target fails", async () => {
    const finished = schedule({
      graph: graphOf(Array.from({ length: 1000 }, (_, index) => (index === 0 ? [] : [index - 1]))),
      concurrency: 4,
      run: async () => "failed",
      skip: (_, because) => `skipped for ${because}`,
      succeeded: () => false,
    });
    expect(await finished.get("t999")).toBe("skipped for t998");
  });

  test("runs another target while one waits for work that is done elsewhere", async () => {
    const pull = Promise.withResolvers<void>();
    const order: string[] = [];
    const finished = schedule<Finished>({
      graph: graphOf([[], [], []]),
      concurrency: 1,
      run: async (name, lend) => {
        if (name === "t0") await lend(() => pull.promise);
        order.push(name);
        if (name === "t2") pull.resolve();
        return { name, outcome: "ok" };
      },
      skip: (name) => ({ name, outcome: "skipped" }),
      succeeded: ({ outcome }) => outcome === "ok",
    });
    await Promise.all(finished.values());
    expect(order).toEqual(["t1", "t2", "t0"]);
  });
});
