// The graph as text for drawing programs. Pure.
import type { TargetGraph } from "./target-graph.ts";

export type GraphFormat = "mermaid" | "dot";

/** Arrows lead from a target to its dependencies. */
export function printGraph(graph: TargetGraph, format: GraphFormat): string {
  return format === "mermaid" ? printMermaid(graph) : printDot(graph);
}

function printMermaid(graph: TargetGraph): string {
  const ids = new Map([...graph.nodes.keys()].map((name, index) => [name, `t${index}`]));
  const nodes = [...graph.nodes.values()].map(({ target }) => {
    const label = `${target.name}<br/>${target.tag.short}`;
    return `  ${ids.get(target.name)}${target.kind === "image" ? `(["${label}"])` : `["${label}"]`}`;
  });
  const edges = uniqueEdges(graph).map(
    (edge) => `  ${ids.get(edge.from)} -->|${edge.reasons.join(", ")}| ${ids.get(edge.to)}`,
  );
  return ["graph LR", ...nodes, ...edges, ""].join("\n");
}

function printDot(graph: TargetGraph): string {
  const nodes = [...graph.nodes.values()].map(({ target }) => {
    const shape = target.kind === "image" ? "ellipse" : "box";
    const label = `${quote(target.name).slice(0, -1)}\\n${quote(target.tag.short).slice(1)}`;
    return `  ${quote(target.name)} [shape=${shape}, label=${label}];`;
  });
  const edges = uniqueEdges(graph).map(
    (edge) => `  ${quote(edge.from)} -> ${quote(edge.to)} [label=${quote(edge.reasons.join(", "))}];`,
  );
  return ["digraph sti {", "  rankdir=LR;", ...nodes, ...edges, "}", ""].join("\n");
}

function uniqueEdges(graph: TargetGraph) {
  const byEnds = new Map<string, { from: string; to: string; reasons: string[] }>();
  for (const { from, to, reason } of graph.edges) {
    const key = JSON.stringify([from, to]);
    const edge = byEnds.get(key) ?? { from, to, reasons: [] };
    if (!edge.reasons.includes(reason)) edge.reasons.push(reason);
    byEnds.set(key, edge);
  }
  return [...byEnds.values()];
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
