// Reads the folders of all targets, each folder once for the same rules, and gathers every problem. How one
// folder is read is in snapshot-folder.ts.
import { realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type Failure, failed, type Result, type SourceSnapshot, success, type Target } from "@sti/core";
import pLimit from "p-limit";
import { createIgnoreMatcher } from "./ignore.ts";
import { readIgnorePatterns } from "./read-ignore-patterns.ts";
import { type FolderSnapshot, snapshotFolder } from "./snapshot-folder.ts";
import type { SourceProblem } from "./source-problem.ts";

export interface ReadSourcesOptions {
  /** Folder of the config file, absolute: relative folders start here. */
  readonly directory: string;
  /** The read rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

const TARGETS_AT_ONCE = 16;

/** The source of each app and the context of each image entry, by target name; or all problems of all. */
export async function readSources(
  targets: readonly Target[],
  options: ReadSourcesOptions,
): Promise<Result<ReadonlyMap<string, SourceSnapshot>>> {
  const limit = pLimit(TARGETS_AT_ONCE);
  const shared = new Map<string, Promise<FolderSnapshot>>();
  const ended = await Promise.allSettled(
    targets.map((target) => limit(() => readTarget(target, options, shared))),
  );
  const snapshots = new Map<string, SourceSnapshot>();
  const failures: Failure[] = [];
  for (const [index, target] of targets.entries()) {
    const one = ended[index];
    if (one?.status !== "fulfilled") throw one?.reason;
    if ("snapshot" in one.value) snapshots.set(target.name, one.value.snapshot);
    else failures.push(...one.value.problems.map((problem) => place(problem, target)));
  }
  return failures.length > 0 ? failed(failures) : success(snapshots);
}

async function readTarget(
  target: Target,
  { directory, signal }: ReadSourcesOptions,
  shared: Map<string, Promise<FolderSnapshot>>,
): Promise<FolderSnapshot> {
  signal?.throwIfAborted();
  const located = await locate(resolve(directory, target.kind === "app" ? target.source : target.context));
  if ("problem" in located) return { problems: [located.problem] };
  const { root } = located;
  const rules = await readIgnorePatterns(root, target);
  if ("problem" in rules) return { problems: [rules.problem] };
  const key = JSON.stringify([root, rules.patterns]);
  const reading = shared.get(key) ?? snapshotFolder(root, createIgnoreMatcher(rules.patterns), signal);
  shared.set(key, reading);
  return reading;
}

/** The folder itself, with a link at its end (and on the way) followed. */
async function locate(
  folder: string,
): Promise<{ readonly root: string } | { readonly problem: SourceProblem }> {
  try {
    const root = await realpath(folder);
    if ((await stat(root)).isDirectory()) return { root };
    return { problem: { code: "source-not-a-directory", file: folder } };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { problem: { code: "source-missing", file: folder } };
    return { problem: { code: "source-unreadable", files: [folder] } };
  }
}

function place(problem: SourceProblem, target: Target): Failure {
  const path = [...target.path, target.kind === "app" ? "source" : "context"];
  return { ...problem, target: target.name, path };
}
