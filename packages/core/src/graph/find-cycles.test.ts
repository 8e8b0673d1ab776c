import fc from "fast-check";
import { expect, test } from "vitest";
import { findCycles } from "./find-cycles.ts";
import type { Edge } from "./target-graph.ts";

const edge = (from: string, to: string): Edge => ({ from, to, reason: "depends-on", path: [] });

const graphs = fc.integer({ min: 1, max: 12 }).chain((size) =>
  fc.record({
    names: fc.constant(Array.from({ length: size }, (_, index) => `n${index}`)),
    edges: fc.array(
      fc.tuple(fc.nat(size - 1), fc.nat(size - 1)).map(([a, b]) => edge(`n${a}`, `n${b}`)),
      { maxLength: 30 },
    ),
  }),
);

/** Whether a build order exists, decided another way: targets without needs are removed until nothing is left. */
function hasOrder(names: readonly string[], edges: readonly Edge[]): boolean {
  const left = new Set(names);
  for (let taken = true; taken; ) {
    taken = false;
    for (const name of left) {
      if (edges.some((one) => one.from === name && left.has(one.to))) continue;
      left.delete(name);
      taken = true;
    }
  }
  return left.size === 0;
}

test("a cycle is found exactly where no build order exists, and is made of real edges end to end", () => {
  fc.assert(
    fc.property(graphs, ({ names, edges }) => {
      const cycles = findCycles(names, edges);
      expect(cycles.length === 0).toBe(hasOrder(names, edges));
      for (const cycle of cycles) {
        cycle.forEach((one, index) => {
          expect(edges).toContain(one);
          expect(one.to).toBe(cycle[(index + 1) % cycle.length]?.from);
        });
        expect(new Set(cycle.map((one) => one.from)).size).toBe(cycle.length);
      }
    }),
  );
});
