// Plans a graph that was spread over platforms: each part by the facts of its own engine. Pure.
import type { Failure } from "../failure/failure.ts";
import type { TargetGraph } from "../graph/target-graph.ts";
import type { Plan } from "./plan.ts";
import { type PlanInputs, planTargets } from "./plan-targets.ts";
import { platformParts } from "./platform-parts.ts";

export function planPlatforms(inputs: PlanInputs): Plan {
  const [own, ...others] = platformParts(inputs);
  const plan = planTargets({ ...inputs, ...own });
  if (others.length === 0) return plan;
  const targets = [plan, ...others.map((part) => planTargets({ ...inputs, ...part }))].flatMap(
    (part) => part.targets,
  );
  const byName = new Map(targets.map((target) => [target.name, target]));
  const ordered = [...inputs.graph.nodes.keys()].flatMap((name) => byName.get(name) ?? []);
  return { ...plan, targets: ordered };
}

/** Failures of the targets for other platforms where no store could have their results. */
export function findUnbuildable(inputs: Pick<PlanInputs, "facts" | "graph">): readonly Failure[] {
  const [{ platform: engine = "" }, ...others] = platformParts(inputs);
  return others.flatMap(({ graph, platform = "" }) => leavesOf(graph, { engine, platform }));
}

/** Of targets that nothing else needs: the others have the same problem. */
function leavesOf(
  { nodes }: TargetGraph,
  { engine, platform }: { readonly engine: string; readonly platform: string },
): readonly Failure[] {
  return [...nodes.values()]
    .filter(({ dependents }) => dependents.length === 0)
    .map(({ target: { name, path } }) => ({
      code: "platform-unbuildable",
      target: name,
      path: [...path, "platforms"],
      platform,
      engine,
    }));
}
