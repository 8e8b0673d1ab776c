// The part "graph" of the page. Pure; it takes seconds for hundreds of targets that need each other in many ways.
import { BOX, type GraphTarget, layOutGraph } from "./graph-layout.ts";
import type { PageGraph } from "./page-state.ts";

export function graphPart(targets: readonly GraphTarget[]): PageGraph {
  const { blocks, boxes, edges, height, width } = layOutGraph(targets);
  const round = (value: number) => Math.round(value * 10) / 10;
  return {
    width,
    height,
    box: { width: BOX.width, height: BOX.height },
    boxes: [...boxes].map(([name, { x, y }]) => [name, round(x), round(y)]),
    blocks,
    edges,
  };
}
