// From a config to the graph of the selected targets. Reads env files and Dockerfiles, but no sources.
import { resolve } from "node:path";
import {
  type AppTarget,
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
  success,
  type Target,
  type TargetGraph,
  type VariantPair,
  type WrittenConfig,
} from "@sti/core";
import { createDockerfileMemory, readDockerfiles, readEnvFiles } from "@sti/source";
import type { ConfigUse } from "./compare-configs.ts";
import { checkEnvironment } from "./environment.ts";
import type { ProjectFolders } from "./project-folders.ts";
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

/** Failures come with their places. */
export async function assembleGraph(
  written: ProjectConfig,
  options: SelectionOptions,
  memory = createDockerfileMemory(written.folders.memory),
): Promise<Result<ProjectGraph>> {
  const invalid = checkEnvironment(options.env);
  if (invalid.length > 0) return failed(invalid);
  const whole = await readGraph(written, options, memory);
  if (!whole.ok) return failed(written.place(whole.failures));
  const selection = await chooseTargets(written, options, whole.value);
  if (!selection.ok) return failed(written.place(selection.failures));
  const { dockerfiles, services, unread } = whole.value;
  const selected = [...selection.value.graph.nodes.values()].map((node) => node.target);
  const missing = selected.flatMap(({ name, unset }) => [
    ...unread.filter(({ path }) => path[1] === name),
    ...unset,
  ]);
  if (missing.length > 0) return failed(written.place(missing));
  return success({ ...written, ...selection.value, services, dockerfiles });
}

/** All targets of a config, and what their selection needs. */
interface WholeGraph extends Pick<ProjectGraph, "dockerfiles" | "graph" | "services"> {
  /** Images that each image entry's Dockerfile names. */
  readonly references: Parameters<typeof buildGraph>[1];
  readonly envFiles: ReturnType<typeof listEnvFiles>;
  /** The environment, and the content of the env files. */
  readonly host: NonNullable<Parameters<typeof resolveTargets>[2]>;
  /** Apps, then services. */
  readonly subjects: readonly (AppTarget | ServiceTarget)[];
  /** Env files that could not be read: failures only of selected apps. */
  readonly unread: readonly Extract<Failure, { readonly path: unknown }>[];
}

async function readGraph(
  { config, directory }: ProjectConfig,
  options: SelectionOptions,
  memory: ReturnType<typeof createDockerfileMemory>,
): Promise<Result<WholeGraph>> {
  const envFiles = Object.entries(config.apps ?? {}).flatMap(([name, app]) => listEnvFiles(name, app));
  options.onFiles?.(envFiles.map(({ file }) => resolve(directory, file)));
  const { files, failures: unread } = await readEnvFiles(envFiles, { directory, signal: options.signal });
  const host = { env: options.env, files };
  const targets = resolveTargets(config, { method: options.method }, host);
  if (!targets.ok) return failed([...unread, ...targets.failures]);
  const services = resolveServices(config, targets.value, host);
  if (!services.ok) return services;
  const subjects = [...targets.value.filter((target) => target.kind === "app"), ...services.value];
  const disordered = checkDevOrder(subjects);
  if (disordered.length > 0) return failed(disordered);
  options.onFiles?.(targets.value.flatMap((target) => filesOf(target, directory)));
  const imageTargets = targets.value.filter((target): target is ImageTarget => target.kind === "image");
  const read = await readDockerfiles(imageTargets, { directory, memory, signal: options.signal });
  if (!read.ok) return read;
  const references = new Map([...read.value].map(([name, { images }]) => [name, images]));
  const built = buildGraph(targets.value, references);
  const graph = built.ok ? inheritPlatforms(built.value) : built;
  if (!graph.ok) return graph;
  const strangers = findUnknownMembers(graph.value, config.groups ?? {});
  if (strangers.length > 0) return failed(strangers);
  const dockerfiles = new Map([...read.value].map(([name, { dockerfile }]) => [name, dockerfile]));
  const value = { graph: graph.value, services: services.value, dockerfiles, references };
  return success({ ...value, envFiles, host, subjects, unread });
}

/** Files read for a target besides its source. */
function filesOf(target: Target, directory: string): readonly string[] {
  const dockerfiles = target.kind === "image" ? [resolve(directory, target.context, target.dockerfile)] : [];
  const secrets = Object.values(target.secrets).flatMap((secret) =>
    "file" in secret ? [resolve(directory, secret.file)] : [],
  );
  return [...dockerfiles, ...secrets];
}

async function chooseTargets(
  written: ProjectConfig,
  options: SelectionOptions,
  { envFiles, graph, host, references, subjects }: WholeGraph,
): Promise<Result<Pick<ProjectGraph, "graph" | "selected" | "pairs">>> {
  const { derive } = options;
  const selecting = {
    ...written,
    ...options,
    // Variants are made from the whole config, and their dependencies are selected with them.
    needs: derive === undefined ? options.needs : undefined,
    envFiles,
    groups: written.config.groups ?? {},
    host,
  };
  const asked = await selectChanged(graph, selecting);
  if (!asked.ok) return asked;
  const chosen =
    options.run === true ? await selectDevApps(graph, asked.value, { ...selecting, subjects }) : asked;
  if (!chosen.ok || derive === undefined) return chosen;
  return selectVariants(graph, references, { ...options, derive, ...chosen.value });
}
