import { describe, expect, test } from "vitest";
import { BOX, type GraphTarget, layOutGraph } from "./graph-layout.ts";

const target = (name: string, ...dependsOn: readonly string[]): GraphTarget => ({ name, dependsOn });

/** Three layers: builders, libraries that need one, apps that need one or two of each. */
function manyTargets(count: number): readonly GraphTarget[] {
  return Array.from({ length: count }, (_, index) => {
    if (index < 5) return target(`builder-${index}`);
    if (index < 30) return target(`lib-${index}`, `builder-${index % 5}`);
    return target(
      `app-${index}`,
      `builder-${index % 5}`,
      ...(index % 3 === 0 ? [`lib-${5 + (index % 25)}`] : []),
    );
  });
}

describe.each([1, 3, 40, 300])("of %i targets", (count) => {
  const targets = manyTargets(count);
  const { boxes, height, width } = layOutGraph(targets);

  test("every box is inside the drawing", () => {
    expect(boxes.size).toBe(count);
    for (const { x, y } of boxes.values()) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(x + BOX.width).toBeLessThanOrEqual(width);
      expect(y + BOX.height).toBeLessThanOrEqual(height);
    }
  });

  test("no box lies on another", () => {
    const places = [...boxes.values()];
    const overlaps = places.flatMap((a, index) =>
      places
        .slice(index + 1)
        .filter((b) => Math.abs(a.x - b.x) < BOX.width && Math.abs(a.y - b.y) < BOX.height),
    );
    expect(overlaps).toEqual([]);
  });

  test("what is needed stands left of what needs it", () => {
    for (const { dependsOn, name } of targets) {
      for (const other of dependsOn) {
        const [here, there] = [boxes.get(name), boxes.get(other)];
        expect(there?.x ?? 0).toBeLessThan((here?.x ?? 0) - BOX.width);
      }
    }
  });
});

test("targets of the same kin are one block with one edge", () => {
  const { blocks, edges } = layOutGraph([target("a"), target("b", "a"), target("c", "a"), target("d", "a")]);
  expect(blocks).toHaveLength(1);
  expect(edges.map(({ from, to }) => [from, to])).toEqual([[["a"], ["b", "c", "d"]]]);
});

test("an edge that others imply is left out", () => {
  const { edges } = layOutGraph([target("a"), target("b", "a"), target("c", "a", "b")]);
  expect(edges.map(({ from, to }) => [...from, ...to])).toEqual([
    ["a", "b"],
    ["b", "c"],
  ]);
});

test("nothing is laid out of no targets", () => {
  expect(layOutGraph([])).toMatchObject({ width: 0, height: 0, edges: [] });
});
