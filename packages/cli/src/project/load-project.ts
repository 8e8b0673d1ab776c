// From a config to everything that is known without an engine: the graph, the sources. The config comes from a
// folder, or from a command that made one up (assembleProject).
import { resolve } from "node:path";
import { loadConfig, locateFailures } from "@sti/config/load";
import {
  buildGraph,
  checkDevOrder,
  type Dockerfile,
  type Failure,
  failed,
  findUnknownMembers,
  type ImageTarget,
  inheritPlatforms,
  listEnvFiles,
  type Method,
  type Result,
  resolveServices,
  resolveTargets,
  type ServiceTarget,
  type Shard,
  type SourceSnapshot,
  type Sources,
  success,
  type Target,
  type TargetGraph,
  type VariantPair,
  type WrittenConfig,
} from "@sti/core";
import {
  addCheckouts,
  createDigestCache,
  createDockerfileMemory,
  type LeftOutPath,
  listLeftOut,
  readDockerfiles,
  readEnvFiles,
  readSources,
} from "@sti/source";
import { limitHeapGrowth } from "../process/limit-heap-growth.ts";
import type { ConfigUse } from "./compare-configs.ts";
import { configMemory } from "./config-memory.ts";
import { checkEnvironment } from "./environment.ts";
import { forgetProjects } from "./forget-projects.ts";
import { type ProjectFolders, projectFolders } from "./project-folders.ts";
import { selectChanged } from "./select-changed.ts";
import { selectDevApps } from "./select-dev-apps.ts";
import { type DeriveVariants, selectVariants } from "./select-variants.ts";

/** A config, wherever it comes from. */
export interface ProjectConfig {
  readonly config: WrittenConfig;
  /** Paths in the config are relative to it. Absolute. */
  readonly directory: string;
  /** The config and what it imports, absolute. */
  readonly files: readonly string[];
  readonly context: ConfigUse;
  readonly folders: ProjectFolders;
  /** Adds source locations to failures. */
  readonly place: (failures: readonly Failure[]) => readonly Failure[];
}

export interface ProjectGraph extends ProjectConfig {
  /** The selected targets and all that they need. */
  readonly graph: TargetGraph;
  /** Names of the selected targets; empty if no requested target changed. */
  readonly selected: readonly string[];
  /** Of each image entry. */
  readonly dockerfiles: ReadonlyMap<string, Dockerfile>;
  /** Of the whole config, in the order they were written. */
  readonly services: readonly ServiceTarget[];
  /** Pairs to compare, if variants of targets were requested; then only they are selected. */
  readonly pairs?: readonly VariantPair[] | undefined;
}

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

export interface SelectionOptions {
  /** Selectors of targets; all when empty. */
  readonly targets: readonly string[];
  /** Only what differs from this commit, or `true` for the branch that this one is to be merged into. */
  readonly affected?: string | true | undefined;
  /** `false`: dependencies of the selected targets are taken as they are. */
  readonly needs?: boolean | undefined;
  /** Only one of several parts of the selection. */
  readonly shard?: Shard | undefined;
  /** Whether containers of the selected apps are run: then the apps that these wait for are selected, too. */
  readonly run?: boolean | undefined;
  /** Replaces every app's method. */
  readonly method: Method | undefined;
  /** Derives variants of the selected targets, which take their place. */
  readonly derive?: DeriveVariants | undefined;
  /** The environment that values with `fromHost` are taken from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
  /**
   * Gets the files that are read beside the sources, also where something is wrong with them, and those that are
   * not there. Absolute. More than once, each time with others.
   */
  readonly onFiles?: ((files: readonly string[]) => void) | undefined;
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

async function assembleGraph(
  written: ProjectConfig,
  options: SelectionOptions,
  memory = createDockerfileMemory(written.folders.memory),
): Promise<Result<ProjectGraph>> {
  const { config, directory, place } = written;
  const invalid = checkEnvironment(options.env);
  if (invalid.length > 0) return failed(invalid);
  const placed = (failures: readonly Failure[]) => failed(place(failures));
  const envFiles = Object.entries(config.apps ?? {}).flatMap(([name, app]) => listEnvFiles(name, app));
  options.onFiles?.(envFiles.map(({ file }) => resolve(directory, file)));
  const { files, failures: unread } = await readEnvFiles(envFiles, { directory, signal: options.signal });
  const host = { env: options.env, files };
  const targets = resolveTargets(config, { method: options.method }, host);
  if (!targets.ok) return placed([...unread, ...targets.failures]);
  const services = resolveServices(config, targets.value, host);
  if (!services.ok) return placed(services.failures);
  const subjects = [...targets.value.filter((target) => target.kind === "app"), ...services.value];
  const disordered = checkDevOrder(subjects);
  if (disordered.length > 0) return placed(disordered);
  options.onFiles?.(targets.value.flatMap((target) => filesOf(target, directory)));
  const imageTargets = targets.value.filter((target): target is ImageTarget => target.kind === "image");
  const dockerfiles = await readDockerfiles(imageTargets, { directory, memory, signal: options.signal });
  if (!dockerfiles.ok) return placed(dockerfiles.failures);
  const references = new Map([...dockerfiles.value].map(([name, { images }]) => [name, images]));
  const built = buildGraph(targets.value, references);
  const whole = built.ok ? inheritPlatforms(built.value) : built;
  if (!whole.ok) return placed(whole.failures);
  const { groups = {} } = config;
  const strangers = findUnknownMembers(whole.value, groups);
  if (strangers.length > 0) return placed(strangers);
  const selecting = {
    ...written,
    ...options,
    // Variants are made from the whole config, and their dependencies are selected with them.
    needs: options.derive === undefined ? options.needs : undefined,
    envFiles,
    groups,
    host,
  };
  const asked = await selectChanged(whole.value, selecting);
  if (!asked.ok) return placed(asked.failures);
  const chosen =
    options.run === true ? await selectDevApps(whole.value, asked.value, { ...selecting, subjects }) : asked;
  if (!chosen.ok) return placed(chosen.failures);
  const selection =
    options.derive === undefined
      ? chosen
      : selectVariants(whole.value, references, { ...options, derive: options.derive, ...chosen.value });
  if (!selection.ok) return placed(selection.failures);
  const { graph } = selection.value;
  const selected = [...graph.nodes.values()].map((node) => node.target);
  const missing = selected.flatMap(({ name, unset }) => [
    ...unread.filter(({ path }) => path[1] === name),
    ...unset,
  ]);
  if (missing.length > 0) return placed(missing);
  return success({
    ...written,
    ...selection.value,
    services: services.value,
    dockerfiles: new Map([...dockerfiles.value].map(([name, { dockerfile }]) => [name, dockerfile])),
  });
}

/** Files read for a target besides its source. */
function filesOf(target: Target, directory: string): readonly string[] {
  const dockerfiles = target.kind === "image" ? [resolve(directory, target.context, target.dockerfile)] : [];
  const secrets = Object.values(target.secrets).flatMap((secret) =>
    "file" in secret ? [resolve(directory, secret.file)] : [],
  );
  return [...dockerfiles, ...secrets];
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
