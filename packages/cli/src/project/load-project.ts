// From a config to everything that is known without an engine: the graph, the sources. The config comes from a
// folder, or from a command that made one up (assembleProject).
import { loadConfig, locateFailures } from "@sti/config/load";
import {
  type Failure,
  failed,
  type Result,
  type SourceSnapshot,
  type Sources,
  success,
  type Target,
} from "@sti/core";
import {
  addCheckouts,
  createDigestCache,
  createDockerfileMemory,
  type LeftOutPath,
  listLeftOut,
  readSources,
} from "@sti/source";
import { limitHeapGrowth } from "../process/limit-heap-growth.ts";
import {
  assembleGraph,
  type ProjectConfig,
  type ProjectGraph,
  type SelectionOptions,
} from "./assemble-graph.ts";
import { configMemory } from "./config-memory.ts";
import { forgetProjects } from "./forget-projects.ts";
import { projectFolders } from "./project-folders.ts";

export interface Project extends ProjectGraph {
  readonly snapshots: ReadonlyMap<string, SourceSnapshot>;
  /** The same snapshots with git's information about their checkouts; git is called once, and only on demand. */
  readonly withCheckouts: NonNullable<Sources["withCheckouts"]>;
  /** Reason why git failed; known after git was called. */
  readonly checkoutProblem: () => string | undefined;
  /** Whether a file is not as it was in the last session: something may have to be built. */
  readonly hasChanged: boolean;
  /** The source of one target as it is now. */
  readonly readAgain: Sources["readAgain"];
  /** The paths that ignore rules leave out of the source of one target. */
  readonly listLeftOut: (target: Target) => Promise<readonly LeftOutPath[]>;
}

export interface ProjectOptions extends SelectionOptions {
  /** Folder to start looking for a config in. */
  readonly cwd: string;
  /** A config file to use instead. */
  readonly config: string | undefined;
  /** The command that reads the config. */
  readonly command: string;
  /** For a config that is a function. */
  readonly mode?: string | undefined;
  /** Names of profiles that are merged into the config. */
  readonly profile?: readonly string[] | undefined;
  /** Values that take the place of written ones. */
  readonly set?: readonly string[] | undefined;
  /** Gets the output of a config that is code; left out: it goes to standard error. */
  readonly onOutput?: ((text: string) => void) | undefined;
}

/** Failures come with their places in the config. */
export async function loadProject(options: ProjectOptions): Promise<Result<Project>> {
  const written = await loadWritten(options);
  return written.ok ? await assembleProject(written.value, options) : written;
}

/** A project without its sources: for commands about targets and images only. */
export async function loadGraph(options: ProjectOptions): Promise<Result<ProjectGraph>> {
  const written = await loadWritten(options);
  return written.ok ? await assembleGraph(written.value, options) : written;
}

async function loadWritten(options: ProjectOptions): Promise<Result<ProjectConfig>> {
  limitHeapGrowth();
  const { command, mode, profile, set } = options;
  const context = { command, mode, profile, set };
  const loaded = await loadConfig({
    cwd: options.cwd,
    ...context,
    memory: configMemory(options.env),
    onFiles: options.onFiles,
    onOutput: options.onOutput,
    ...(options.config === undefined ? {} : { file: options.config }),
  });
  if (!loaded.ok) return loaded;
  const { config, directory, files, locate, overrideAt } = loaded.value;
  const place = (failures: readonly Failure[]) => locateFailures(failures, locate, overrideAt);
  const folders = projectFolders(directory, options.env);
  return success({ config, context, directory, files, folders, place });
}

/** Failures come with their places. */
export async function assembleProject(
  written: ProjectConfig,
  options: SelectionOptions,
): Promise<Result<Project>> {
  const { memory, projects, repositories } = written.folders;
  const dockerfiles = createDockerfileMemory(memory);
  const assembled = await assembleGraph(written, options, dockerfiles);
  if (!assembled.ok) return assembled;
  const { directory, graph } = assembled.value;
  const selected = [...graph.nodes.values()].map((node) => node.target);
  const digests = createDigestCache(directory, memory);
  // A branch stays at one commit for the whole session, also when a source is read again.
  const reading = {
    directory,
    digests,
    repositories,
    fetched: new Map(),
    env: options.env,
    signal: options.signal,
  };
  const isNew = !memory.isPrivate();
  const snapshots = await readSources(selected, reading);
  await Promise.all([digests.write(), dockerfiles.write()]);
  if (isNew) await forgetProjects(projects, Date.now());
  if (!snapshots.ok) return failed(written.place(snapshots.failures));
  let located: ReturnType<Project["withCheckouts"]> | undefined;
  let problem: string | undefined;
  const onProblem = (message: string) => {
    problem = message;
  };
  return success({
    ...assembled.value,
    snapshots: snapshots.value,
    hasChanged: digests.hasRead(),
    withCheckouts: () => {
      located ??= addCheckouts(snapshots.value, { directory, onProblem, signal: options.signal });
      return located;
    },
    checkoutProblem: () => problem,
    listLeftOut: (target) => listLeftOut(target, reading),
    readAgain: async (target) => {
      // The content sent did not match its digest, which may be a remembered one.
      const again = await readSources([target], { ...reading, distrust: true });
      await digests.write();
      return again.ok ? success(again.value.get(target.name) as SourceSnapshot) : again;
    },
  });
}
