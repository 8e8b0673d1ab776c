// From a folder to everything that is known without an engine: the config, the graph, the sources.
import { loadConfig, locateFailures } from "@sti/config/load";
import {
  buildGraph,
  type ConfigPath,
  type Failure,
  failed,
  type ImageTarget,
  type Location,
  type Method,
  type Result,
  resolveTargets,
  type SourceSnapshot,
  selectTargets,
  success,
  type TargetGraph,
  type WrittenConfig,
} from "@sti/core";
import { readDockerfiles, readSources } from "@sti/source";

export interface Project {
  readonly directory: string;
  readonly file: string;
  readonly config: WrittenConfig;
  /** The selected part of the graph. */
  readonly graph: TargetGraph;
  readonly snapshots: ReadonlyMap<string, SourceSnapshot>;
  /** Text of each image entry's Dockerfile. */
  readonly dockerfiles: ReadonlyMap<string, string>;
  readonly locate: (path: ConfigPath) => Location | undefined;
}

export interface ProjectOptions {
  /** Folder to start looking for a config in. */
  readonly cwd: string;
  /** A config file to use instead. */
  readonly config: string | undefined;
  /** Targets to select, with all they need; all when empty. */
  readonly targets: readonly string[];
  /** Replaces every app's method. */
  readonly method: Method | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Failures come with their places in the config. */
export async function loadProject(options: ProjectOptions): Promise<Result<Project>> {
  const loaded = await loadConfig({
    cwd: options.cwd,
    ...(options.config === undefined ? {} : { file: options.config }),
  });
  if (!loaded.ok) return loaded;
  const { config, directory, file, locate } = loaded.value;
  const located = (failures: readonly Failure[]) => failed(locateFailures(failures, locate));

  const targets = resolveTargets(config, { method: options.method });
  if (!targets.ok) return located(targets.failures);
  const imageTargets = targets.value.filter((target): target is ImageTarget => target.kind === "image");
  const dockerfiles = await readDockerfiles(imageTargets, { directory });
  if (!dockerfiles.ok) return located(dockerfiles.failures);
  const references = new Map([...dockerfiles.value].map(([name, { images }]) => [name, images]));
  const whole = buildGraph(targets.value, references);
  if (!whole.ok) return located(whole.failures);
  const graph = selectTargets(whole.value, options.targets);
  if (!graph.ok) return located(graph.failures);
  const selected = [...graph.value.nodes.values()].map((node) => node.target);
  const snapshots = await readSources(selected, { directory, signal: options.signal });
  if (!snapshots.ok) return located(snapshots.failures);
  return success({
    directory,
    file,
    config,
    graph: graph.value,
    snapshots: snapshots.value,
    dockerfiles: new Map([...dockerfiles.value].map(([name, { text }]) => [name, text])),
    locate,
  });
}
