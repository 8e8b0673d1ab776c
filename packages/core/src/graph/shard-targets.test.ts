import fc from "fast-check";
import { expect, test } from "vitest";
import type { Selection } from "./select-targets.ts";
import { shardTargets } from "./shard-targets.ts";
import type { TargetNode } from "./target-graph.ts";

/** Targets that need nothing but "base". */
function selectionOf(names: readonly string[]): Selection {
  const node = (dependencies: readonly string[]) =>
    ({ dependencies, dependents: [], images: [] }) as unknown as TargetNode;
  const nodes = new Map([["base", node([])], ...names.map((name) => [name, node(["base"])] as const)]);
  return { selected: names, graph: { nodes, edges: [] } };
}

const parts = (names: readonly string[], count: number, durations: Readonly<Record<string, number>> = {}) =>
  Array.from({ length: count }, (_, index) =>
    shardTargets(selectionOf(names), {
      index: index + 1,
      count,
      durations: new Map(Object.entries(durations)),
    }),
  );

test("the parts are disjoint and together everything, whatever the durations", () => {
  const name = fc.string({ minLength: 1 }).filter((one) => one !== "base");
  fc.assert(
    fc.property(
      fc.uniqueArray(name, { maxLength: 30 }),
      fc.integer({ min: 1, max: 8 }),
      fc.dictionary(name, fc.nat(1000)),
      (names, count, durations) => {
        const shared = parts(names, count, durations).flatMap(({ selected }) => selected);
        expect(shared.toSorted()).toEqual(names.toSorted());
      },
    ),
  );
});

test("without durations the parts differ by one target at most", () => {
  expect(parts(["a", "b", "c", "d", "e"], 2).map(({ selected }) => selected.join(""))).toEqual(["ace", "bd"]);
});

test("the longest target has a part for itself where it takes as long as the others together", () => {
  const durations = { a: 10, b: 10, c: 30, d: 10 };
  expect(parts(["a", "b", "c", "d"], 2, durations).map(({ selected }) => selected.join(""))).toEqual([
    "c",
    "abd",
  ]);
});

test("a target without a duration counts like the average", () => {
  const durations = { a: 10, b: 30 };
  expect(parts(["a", "b", "fresh"], 2, durations).map(({ selected }) => selected.join(" "))).toEqual([
    "b",
    "a fresh",
  ]);
});

test("what a part needs is in its graph", () => {
  expect(parts(["a", "b"], 2).map(({ graph }) => [...graph.nodes.keys()].join(" "))).toEqual([
    "base a",
    "base b",
  ]);
});

test("a part may be empty", () => {
  expect(parts(["a"], 3).map(({ selected }) => selected.length)).toEqual([1, 0, 0]);
});
