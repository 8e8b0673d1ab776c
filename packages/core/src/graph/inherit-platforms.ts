// Gives targets the platforms of those that are made from them: a builder is needed for each of them. Pure.
import type { Failure } from "../failure/failure.ts";
import { failed, type Result, success } from "../failure/result.ts";
import type { TargetGraph, TargetNode } from "./target-graph.ts";

/** `graph`: of the whole config, so that the platforms of a target do not depend on the selection. */
export function inheritPlatforms(graph: TargetGraph): Result<TargetGraph> {
  const nodes = [...graph.nodes.values()];
  if (nodes.every(({ target }) => target.platforms === undefined)) return success(graph);
  const platformsOf = new Map<string, readonly string[]>();
  const failures: Failure[] = [];
  // Dependents first.
  for (const node of nodes.toReversed()) {
    const { platforms: own, name } = node.target;
    const needed = node.dependents.flatMap((dependent) => platformsOf.get(dependent) ?? []);
    if (own !== undefined) failures.push(...findLacking(node, own, platformsOf));
    const all = own ?? [...new Set(needed)].sort();
    if (all.length > 0) platformsOf.set(name, all);
  }
  if (failures.length > 0) return failed(failures);
  const inherited = nodes.map((node): readonly [string, TargetNode] => {
    const { name } = node.target;
    const platforms = platformsOf.get(name);
    return [name, platforms === undefined ? node : { ...node, target: { ...node.target, platforms } }];
  });
  return success({ ...graph, nodes: new Map(inherited) });
}

function findLacking(
  { dependents, target }: TargetNode,
  own: readonly string[],
  platformsOf: ReadonlyMap<string, readonly string[]>,
): readonly Failure[] {
  return dependents.flatMap((dependent): readonly Failure[] => {
    const lacking = (platformsOf.get(dependent) ?? []).filter((platform) => !own.includes(platform));
    if (lacking.length === 0) return [];
    const message = `lacks ${lacking.join(", ")}, for which ${dependent} needs ${target.name}`;
    return [{ code: "config-invalid", path: [...target.path, "platforms"], message }];
  });
}
