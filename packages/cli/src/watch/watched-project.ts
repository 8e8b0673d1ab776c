// Content of a config and all that is read with it except sources, with the files it was read from: a watch follows
// them.
import { lockFile } from "@sti/config/load";
import { failed, type Result, type ServiceTarget, success, type Target, type WatchProject } from "@sti/core";
import { checkDev } from "@sti/core/dev";
import { readSecrets } from "@sti/source";
import { listRunApps, listRunServices } from "../dev/list-run-apps.ts";
import type { ProjectGraph } from "../project/assemble-graph.ts";
import { loadGraph, type ProjectOptions } from "../project/load-project.ts";
import { type ProjectLock, readProjectLock } from "../project/project-lock.ts";

export interface WatchedProjectOptions extends Omit<ProjectOptions, "onFiles"> {
  /** Whether images that are not those of the lock file are refused. */
  readonly frozen?: boolean | undefined;
}

/** Content of a config, and everything besides sources that was read for it. */
export interface LoadedGraph {
  readonly graph: ProjectGraph;
  /** Those that run where containers of the selected apps are run. */
  readonly services: readonly ServiceTarget[];
  readonly locked: ProjectLock;
  readonly secrets: WatchProject["secrets"];
}

export interface LoadedFiles {
  readonly loaded: Result<LoadedGraph>;
  /** The config and all that is read with it, also where it cannot be used; absolute. */
  readonly files: readonly string[];
}

/** Failures come with their places in the config. */
export async function loadWatched(options: WatchedProjectOptions): Promise<LoadedFiles> {
  const files = new Set<string>();
  const onFiles = (read: readonly string[]) => {
    for (const file of read) files.add(file);
  };
  const loaded = await load({ ...options, onFiles });
  return { loaded, files: [...files] };
}

async function load(
  options: WatchedProjectOptions & Pick<ProjectOptions, "onFiles">,
): Promise<Result<LoadedGraph>> {
  const graph = await loadGraph(options);
  if (!graph.ok) return graph;
  const { directory, place } = graph.value;
  options.onFiles?.([lockFile(directory)]);
  const services = listRunServices(graph.value, { isWhole: options.targets.length === 0 });
  const inTheWay = options.run === true ? checkDev([...listRunApps(graph.value), ...services]) : [];
  if (inTheWay.length > 0) return failed(place(inTheWay));
  const [locked, secrets] = await Promise.all([
    readProjectLock(directory, { frozen: options.frozen, env: options.env }),
    readSecrets(targetsOf(graph.value), { directory, env: options.env, signal: options.signal }),
  ]);
  if (!locked.ok) return locked;
  if (!secrets.ok) return failed(place(secrets.failures));
  return success({ graph: graph.value, services, locked: locked.value, secrets: secrets.value });
}

export function targetsOf({ graph }: Pick<ProjectGraph, "graph">): readonly Target[] {
  return [...graph.nodes.values()].map(({ target }) => target);
}
