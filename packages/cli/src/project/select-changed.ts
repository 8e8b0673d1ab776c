// Selects targets: takes the command line's selectors apart and asks git what changed where one of them wants to know.
import { resolve } from "node:path";
import {
  type CommitRange,
  type EnvFile,
  type Host,
  type Method,
  parseSelectors,
  type Result,
  type Selection,
  type Shard,
  selectTargets,
  shardTargets,
  success,
  type TargetGraph,
  withoutNeeded,
} from "@sti/core";
import { findChangedTargets, type ReadChanges, readAffected, readChanges } from "@sti/source";
import { type ConfigUse, findTargetsChangedByConfig } from "./compare-configs.ts";

export interface SelectOptions {
  /** Selectors as they were written; everything when there are none. */
  readonly targets: readonly string[];
  /** Only what differs from this commit, and what needs it; `true` for the branch this one is to be merged into. */
  readonly affected?: string | true | undefined;
  /** `false`: dependencies of the selected targets are taken as they are. */
  readonly needs?: boolean | undefined;
  /** Only one of several parts of the selection. */
  readonly shard?: Shard | undefined;
  /** Folder of the config, absolute. */
  readonly directory: string;
  /** The config and what it imports, absolute. */
  readonly files: readonly string[];
  /** Inputs of evaluating the config. */
  readonly context: ConfigUse;
  readonly method: Method | undefined;
  readonly host: Host;
  readonly envFiles: readonly EnvFile[];
  /** Names of targets, by the names of groups. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

export async function selectChanged(graph: TargetGraph, options: SelectOptions): Promise<Result<Selection>> {
  const selection = await select(graph, options);
  if (!selection.ok) return selection;
  const { needs, shard } = options;
  const own = shard === undefined ? selection.value : shardTargets(selection.value, shard);
  return success(needs === false ? withoutNeeded(own) : own);
}

async function select(graph: TargetGraph, options: SelectOptions): Promise<Result<Selection>> {
  const parsed = parseSelectors(options.targets);
  if (!parsed.ok) return parsed;
  const selectors = parsed.value;
  const changed = new Map<string, ReadonlySet<string>>();
  const targets = [...graph.nodes.values()].map(({ target }) => target);
  const findIn = async ({ files, start }: ReadChanges): Promise<ReadonlySet<string>> => {
    const variableFiles = variableFilesOf(options);
    const bySource = await findChangedTargets(targets, files, { ...options, variableFiles });
    if (!options.files.some((file) => files.includes(file))) return bySource;
    const byConfig = await findTargetsChangedByConfig(targets, { ...options, commit: start });
    return new Set([...bySource, ...byConfig]);
  };
  for (const range of selectors.flatMap(({ condition }) => condition.range ?? [])) {
    const files = await readChanges(range, options);
    if (!files.ok) return files;
    changed.set(nameOf(range), await findIn(files.value));
  }
  const inRange = (range: CommitRange) => changed.get(nameOf(range)) ?? new Set<string>();
  const { groups } = options;
  if (options.affected === undefined) return selectTargets(graph, selectors, { groups, inRange });
  const base = options.affected === true ? undefined : options.affected;
  const read = await readAffected(base, options);
  if (!read.ok) return read;
  return selectTargets(graph, selectors, { groups, inRange, affected: await findIn(read.value) });
}

function nameOf({ from, to = "" }: CommitRange): string {
  return `${from}...${to}`;
}

function variableFilesOf({ directory, envFiles }: SelectOptions): ReadonlyMap<string, readonly string[]> {
  const byTarget = Map.groupBy(envFiles, ({ path }) => String(path[1]));
  return new Map(
    [...byTarget].map(([name, files]) => [name, files.map(({ file }) => resolve(directory, file))]),
  );
}
