import { expect, test } from "vitest";
import type { TargetGraph, TargetNode } from "./target-graph.ts";
import { targetLevels } from "./target-levels.ts";

const graphOf = (needs: Readonly<Record<string, readonly string[]>>): TargetGraph => ({
  nodes: new Map(
    Object.entries(needs).map(([name, dependencies]) => [name, { dependencies } as unknown as TargetNode]),
  ),
  edges: [],
});

test("a target is in the first level after all that it needs", () => {
  const graph = graphOf({
    builder: [],
    runtime: [],
    api: ["builder"],
    site: ["builder", "runtime"],
    e2e: ["api", "builder"],
  });
  expect(targetLevels(graph)).toEqual([["builder", "runtime"], ["api", "site"], ["e2e"]]);
});

test("nothing has no levels", () => {
  expect(targetLevels(graphOf({}))).toEqual([]);
});
