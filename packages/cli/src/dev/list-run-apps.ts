// Lists the apps and services that `sti watch --run` runs.
import { type AppTarget, neededToRun, type ServiceTarget, type WatchProject } from "@sti/core";
import type { ProjectGraph } from "../project/assemble-graph.ts";

/** The selected apps. Targets that they are made of are built only. */
export function listRunApps({
  graph,
  selected,
}: Pick<ProjectGraph, "graph" | "selected">): readonly AppTarget[] {
  return selected.flatMap((name) => {
    const target = graph.nodes.get(name)?.target;
    return target?.kind === "app" ? [target] : [];
  });
}

/** `isWhole`: no targets were named. Then all services run, else those that the selected apps need. */
export function listRunServices(
  project: Pick<ProjectGraph, "graph" | "selected" | "services">,
  { isWhole }: { readonly isWhole: boolean },
): readonly ServiceTarget[] {
  const { services } = project;
  if (isWhole) return services;
  const needed = neededToRun(project.selected, [...listRunApps(project), ...services]);
  return services.filter(({ name }) => needed.has(name));
}

/** Ports of this machine that the config gives to what is run. */
export function listClaimedPorts({
  graph,
  run = new Set(),
  services = [],
}: Pick<WatchProject, "graph" | "run" | "services">): ReadonlySet<number> {
  const apps = [...run].flatMap((name) => {
    const target = graph.nodes.get(name)?.target;
    return target?.kind === "app" ? [target] : [];
  });
  const ports = [...apps, ...services].flatMap(({ dev }) => dev?.ports ?? []);
  return new Set(ports.flatMap(({ hostPort }) => hostPort ?? []));
}
