// Lists the apps that `sti watch --run` runs.
import type { AppTarget } from "@sti/core";
import type { ProjectGraph } from "../project/load-project.ts";

/** The selected ones. Their dependencies are built only. */
export function listRunApps({
  graph,
  selected,
}: Pick<ProjectGraph, "graph" | "selected">): readonly AppTarget[] {
  return selected.flatMap((name) => {
    const target = graph.nodes.get(name)?.target;
    return target?.kind === "app" ? [target] : [];
  });
}
