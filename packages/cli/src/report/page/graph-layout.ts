// Layout of targets and edges in the drawing of the graph. Targets with the same needs and the same dependents are
// drawn as one block with one edge each way, so that hundreds stay readable. Layers are @dagrejs/dagre's work.
import { Graph, layout } from "@dagrejs/dagre";

/** Size of a target's box, in pixels. */
export const BOX = { width: 196, height: 34 } as const;
const GAP = 8;
const PADDING = 10;
/** Boxes beside each other in a block. */
const MOST_COLUMNS = 6;
/** Smaller groups are drawn as single boxes. */
const SMALLEST_BLOCK = 3;
/** Edges up to which the layout may take its time. */
const EASY_EDGES = 150;

export interface GraphTarget {
  readonly name: string;
  readonly dependsOn: readonly string[];
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** From its upper left corner. */
type Rect = Place & Size;

export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  /** Upper left corner of each target's box. */
  readonly boxes: ReadonlyMap<string, Place>;
  readonly blocks: readonly Rect[];
  readonly edges: readonly GraphEdge[];
}

/** From a dependency to its dependent. */
export interface GraphEdge {
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** As the `d` of an SVG path. */
  readonly path: string;
}

/** Dependencies first. An edge that others imply, because there is a longer way, is left out. */
export function layOutGraph(written: readonly GraphTarget[]): GraphLayout {
  const targets = withoutImpliedEdges(written);
  const units = groupTargets(targets);
  const unitOf = new Map(units.flatMap((unit, index) => unit.map((name) => [name, index] as const)));
  const edges = new Set(
    targets.flatMap(({ dependsOn, name }) =>
      dependsOn.flatMap((other) => (unitOf.has(other) ? [`${unitOf.get(other)} ${unitOf.get(name)}`] : [])),
    ),
  );
  const graph = new Graph();
  graph.setGraph({
    rankdir: "LR",
    nodesep: 14,
    // Many lines side by side need room to be distinguishable.
    ranksep: 56 + Math.min(120, edges.size / 2),
    marginx: 16,
    marginy: 16,
    ranker: edges.size <= EASY_EDGES ? "network-simplex" : "longest-path",
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const [index, unit] of units.entries()) graph.setNode(String(index), sizeOf(unit.length));
  for (const edge of edges) {
    const [from = "", to = ""] = edge.split(" ");
    graph.setEdge(from, to);
  }
  layout(graph, { disableOptimalOrderHeuristic: edges.size > EASY_EDGES });
  const placed = units.map((unit, index) => {
    const { height, width, x, y } = graph.node(String(index)) as Place & Size;
    return { unit, centre: x, y, width, height };
  });
  const columns = findColumns(placed);
  const rects = placed.map(({ centre, height, width, y }): Rect => {
    return { x: columns.get(centre)?.left ?? 0, y: y - height / 2, width, height };
  });
  const { width = 0, height = 0 } = graph.graph() as Partial<Size>;
  return {
    width: finite(width),
    height: finite(height),
    boxes: new Map(
      units.flatMap((unit, index) =>
        unit.map((name, position) => [name, placeInBlock(rects[index] as Rect, position, unit.length)]),
      ),
    ),
    blocks: rects.filter((_, index) => (units[index]?.length ?? 0) > 1),
    edges: graph.edges().map((edge: { v: string; w: string }) => {
      const [from, to] = [Number(edge.v), Number(edge.w)];
      const { points } = graph.edge(edge) as { points: readonly Place[] };
      return {
        from: units[from] ?? [],
        to: units[to] ?? [],
        path: route(rects[from] as Rect, rects[to] as Rect, points, [...columns.values()]),
      };
    }),
  };
}

/** Extent of a layer, between the left and right ends of its widest box. */
interface Column {
  readonly left: number;
  readonly right: number;
}

/** By the middle of the column, which all boxes of a layer share. */
function findColumns(
  placed: readonly { readonly centre: number; readonly width: number }[],
): ReadonlyMap<number, Column> {
  const columns = new Map<number, Column>();
  for (const { centre, width } of placed) {
    const { left, right } = columns.get(centre) ?? { left: centre, right: centre };
    columns.set(centre, {
      left: Math.min(left, centre - width / 2),
      right: Math.max(right, centre + width / 2),
    });
  }
  return columns;
}

/** An SVG path that is level within columns, where boxes are, and bends between them. */
function route(from: Rect, to: Rect, points: readonly Place[], columns: readonly Column[]): string {
  const within = (x: number) => columns.find(({ left, right }) => left <= x && x <= right);
  const [first, last] = [within(from.x), within(to.x)];
  const start = from.y + from.height / 2;
  let path = `M${round(from.x + from.width)} ${round(start)}`;
  let at: Place = { x: first?.right ?? from.x + from.width, y: start };
  path += `H${round(at.x)}`;
  const bendTo = (x: number, y: number) => {
    const middle = round((at.x + x) / 2);
    path += `C${middle} ${round(at.y)} ${middle} ${round(y)} ${round(x)} ${round(y)}`;
  };
  for (const { x, y } of points) {
    const column = within(x);
    if (column === undefined || column === first || column === last || column.right <= at.x) continue;
    bendTo(column.left, y);
    path += `H${round(column.right)}`;
    at = { x: column.right, y };
  }
  bendTo(to.x, to.y + to.height / 2);
  return path;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function withoutImpliedEdges(targets: readonly GraphTarget[]): readonly GraphTarget[] {
  /** All that each target needs, also by way of others. */
  const needs = new Map<string, ReadonlySet<string>>();
  return targets.map(({ dependsOn, name }) => {
    const implied = new Set(dependsOn.flatMap((other) => [...(needs.get(other) ?? [])]));
    needs.set(name, new Set([...implied, ...dependsOn]));
    return { name, dependsOn: dependsOn.filter((other) => !implied.has(other)) };
  });
}

/** Targets that have the same needs and are needed by the same, together; in their order. */
function groupTargets(targets: readonly GraphTarget[]): readonly (readonly string[])[] {
  const dependents = new Map<string, string[]>(targets.map(({ name }) => [name, []]));
  for (const { dependsOn, name } of targets) {
    for (const other of dependsOn) dependents.get(other)?.push(name);
  }
  const kin = ({ dependsOn, name }: GraphTarget) =>
    JSON.stringify([[...dependsOn].sort(), dependents.get(name)?.sort()]);
  return [...Map.groupBy(targets, kin).values()].flatMap((group) => {
    const names = group.map(({ name }) => name);
    return names.length < SMALLEST_BLOCK ? names.map((name) => [name]) : [names];
  });
}

function columnsOf(count: number): number {
  return Math.min(MOST_COLUMNS, Math.max(1, Math.round(Math.sqrt(count * 0.4))));
}

function sizeOf(count: number): Size {
  // The layout changes its argument.
  if (count === 1) return { ...BOX };
  const columns = columnsOf(count);
  const rows = Math.ceil(count / columns);
  return {
    width: columns * (BOX.width + GAP) - GAP + 2 * PADDING,
    height: rows * (BOX.height + GAP) - GAP + 2 * PADDING,
  };
}

/** Blocks are filled column by column. */
function placeInBlock(corner: Place, position: number, count: number): Place {
  if (count === 1) return corner;
  const rows = Math.ceil(count / columnsOf(count));
  return {
    x: corner.x + PADDING + Math.floor(position / rows) * (BOX.width + GAP),
    y: corner.y + PADDING + (position % rows) * (BOX.height + GAP),
  };
}

function finite(size: number): number {
  return Number.isFinite(size) ? Math.ceil(size) : 0;
}
