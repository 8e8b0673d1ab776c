// Lists the containers that a watch runs, for its events.
import type { SessionContainer } from "../execute/event-fields.ts";
import type { WatchProject } from "./watch-session.ts";

/** Services first; undefined where no containers are run. */
export function listContainers({
  graph,
  run,
  services = [],
}: Pick<WatchProject, "graph" | "run" | "services">): readonly SessionContainer[] | undefined {
  if (run === undefined) return undefined;
  return [
    ...services.map(({ builtBy, name }) => (builtBy === undefined ? { name } : { name, builtBy })),
    ...[...graph.nodes.keys()].filter((name) => run.has(name)).map((name) => ({ name, builtBy: name })),
  ];
}
