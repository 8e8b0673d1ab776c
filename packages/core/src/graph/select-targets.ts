// Which targets a session is about: those that were named and everything they need. Pure.
import type { Failure } from "../failure.ts";
import { failed, type Result, success } from "../result.ts";
import { suggest } from "../suggest.ts";
import type { TargetGraph } from "./target-graph.ts";

/** The part of the graph that the named targets need; the whole graph when none is named. */
export function selectTargets(graph: TargetGraph, names: readonly string[]): Result<TargetGraph> {
  if (names.length === 0) return success(graph);
  const known = [...graph.nodes.keys()];
  const failures: Failure[] = names
    .filter((name) => !graph.nodes.has(name))
    .map((name) => ({ code: "selection-unknown", name, suggestion: suggest(name, known), known }));
  if (failures.length > 0) return failed(failures);

  const selected = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (selected.has(name)) continue;
    selected.add(name);
    open.push(...(graph.nodes.get(name)?.dependencies ?? []));
  }
  return success({
    nodes: new Map(
      [...graph.nodes]
        .filter(([name]) => selected.has(name))
        .map(([name, node]) => [
          name,
          { ...node, dependents: node.dependents.filter((dependent) => selected.has(dependent)) },
        ]),
    ),
    edges: graph.edges.filter((edge) => selected.has(edge.from) && selected.has(edge.to)),
  });
}
