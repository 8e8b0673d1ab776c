// Reads the sources of all targets, each folder, archive, file or commit once for the same rules, and gathers every
// problem. One target is read-target.ts; a source that was read before is read again by create-source-reader.ts.
import { type Failure, failed, type Result, type SourceSnapshot, success, type Target } from "@sti/core";
import pLimit from "p-limit";
import type { DigestCache } from "../disk/digest-cache.ts";
import { createDiskView } from "../disk/disk-view.ts";
import { createLocate } from "../disk/locate.ts";
import type { PrivateFolder } from "../disk/private-folder.ts";
import type { FetchedRepository } from "../git/fetch-repository.ts";
import { createIgnoreMatcher, type IgnoreMatcher } from "../ignore/ignore.ts";
import { type IgnorePatterns, readIgnorePatterns, ruleFilesOf } from "../ignore/read-ignore-patterns.ts";
import { type Reading, readTarget } from "./read-target.ts";
import { type FolderSnapshot, snapshotFolder } from "./snapshot-folder.ts";

export interface ReadSourcesOptions {
  /** Folder of the config file, absolute: relative paths start here. */
  readonly directory: string;
  /** Gets the commits that are fetched. Needed where a source is one. */
  readonly repositories?: PrivateFolder | undefined;
  /** Repositories that were fetched for an earlier read; a branch stays at the commit it had then. */
  readonly fetched?: Map<string, Promise<FetchedRepository>> | undefined;
  /** Digests of earlier sessions; those of this one are added. All files are read without it. */
  readonly digests?: DigestCache | undefined;
  /** Read every file, also one that looks unchanged: remembered digests were found to be wrong. */
  readonly distrust?: boolean | undefined;
  /** The environment, for variables of git. Left out: empty. */
  readonly env?: Reading["env"] | undefined;
  /** The read rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export const TARGETS_AT_ONCE = 16;

/** The source of each app and the context of each image entry, by target name; or all problems of all. */
export async function readSources(
  targets: readonly Target[],
  options: ReadSourcesOptions,
): Promise<Result<ReadonlyMap<string, SourceSnapshot>>> {
  const limit = pLimit(TARGETS_AT_ONCE);
  const reading = createReading(options);
  const ended = await Promise.allSettled(targets.map((target) => limit(() => readTarget(target, reading))));
  const snapshots = new Map<string, SourceSnapshot>();
  const failures: Failure[] = [];
  for (const [index, target] of targets.entries()) {
    const one = ended[index];
    if (one?.status !== "fulfilled") throw one?.reason;
    if ("snapshot" in one.value) snapshots.set(target.name, one.value.snapshot);
    else failures.push(...one.value.failures);
  }
  return failures.length > 0 ? failed(failures) : success(snapshots);
}

export function createReading(options: ReadSourcesOptions): Reading {
  const view = createDiskView(options);
  const shared = new Map<string, Promise<FolderSnapshot>>();
  const rules = new Map<string, IgnorePatterns>();
  return {
    ...options,
    env: options.env ?? {},
    fetched: options.fetched ?? new Map(),
    workspaces: new Map(),
    view,
    locate: createLocate(),
    patternsFor: (root, target) =>
      share(rules, patternsKey(root, target), () => readIgnorePatterns(root, { target, view })),
    matcherFor: shareMatchers(),
    readFolder: (root, matcher, key) =>
      share(shared, key, () => snapshotFolder(root, matcher, options.signal, { view })),
    readOther: (_, key, read) => share(shared, key, read),
  };
}

/** A target's settings for the rules of its folders. */
export function patternsKey(root: string, target: Target): readonly unknown[] {
  return [root, ruleFilesOf(target), target.kind === "app" ? target.ignore : []];
}

function share<Value>(known: Map<string, Value>, what: unknown, read: () => Value): Value {
  const key = JSON.stringify(what);
  const value = known.get(key) ?? read();
  known.set(key, value);
  return value;
}

export function shareMatchers(): Reading["matcherFor"] {
  const matchers = new Map<string, IgnoreMatcher>();
  return (patterns) => {
    const key = patterns.join("\n");
    const matcher = matchers.get(key) ?? createIgnoreMatcher(patterns);
    matchers.set(key, matcher);
    return matcher;
  };
}
