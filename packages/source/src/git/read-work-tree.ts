// Differences of a work tree from its index and its commit, file by file. Filters that a repository's config names are
// never run: files that git cannot compare without them count as changed, except those of Git LFS.
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import { GitOwnerError } from "./check-git-owner.ts";
import { type GitLocation, readGitEntry } from "./find-git-directory.ts";
import { findLfsFiles } from "./find-lfs-files.ts";
import { type OpenRepository, withRepository } from "./open-repository.ts";
import { type IndexEntry, parseIndex, parseStatus } from "./parse-status.ts";
import { GitError } from "./run-git.ts";

/** Paths are relative to the work tree, with slashes. */
export interface WorkTreeState {
  /** That is checked out; undefined before the first one. */
  readonly commit: string | undefined;
  /** Undefined where a commit without a branch is checked out. */
  readonly branch: string | undefined;
  /** Files of the index. */
  readonly tracked: readonly string[];
  /** Files whose content is not that of the index, removed ones and submodules among them. */
  readonly edited: readonly string[];
  /** Files whose content in the index is not that of the commit. */
  readonly staged: readonly string[];
  /** Files that git does not know; the path of a folder ends with a slash. */
  readonly untracked: readonly string[];
  /** Files of the index that git is set not to compare, or not to have in the work tree. */
  readonly hidden: readonly string[];
}

export interface ReadWorkTreeOptions {
  /** Relative to the work tree; left out: all of it. */
  readonly paths?: readonly string[];
  /** Whether a folder that git does not know stands for its files. */
  readonly folders: boolean;
  readonly signal: AbortSignal | undefined;
}

/** More arguments than that may be more than the system takes. */
const LONGEST_PATHS = 64 * 1024;
const DEEPEST_SUBMODULE = 8;

export async function readWorkTree(
  repository: OpenRepository,
  location: GitLocation & { readonly workTree: string },
  options: ReadWorkTreeOptions,
): Promise<WorkTreeState> {
  return await readState(repository, location, { ...options, depth: 0 });
}

type Depth = ReadWorkTreeOptions & { readonly depth: number };

async function readState(
  repository: OpenRepository,
  location: GitLocation & { readonly workTree: string },
  options: Depth,
): Promise<WorkTreeState> {
  const { folders, paths = [] } = options;
  const isShort = paths.reduce((sum, path) => sum + path.length + 1, 0) <= LONGEST_PATHS;
  const chosen = isShort ? paths : [];
  const untracked = `--untracked-files=${folders ? "normal" : "all"}`;
  // Git would run another git in each submodule, with the submodule's own config.
  const flags = ["--no-renames", "--no-ahead-behind", "--ignore-submodules=all"];
  const [status, files] = await Promise.all([
    repository.run(["status", "--porcelain=v2", "--branch", "-z", untracked, ...flags, "--", ...chosen]),
    repository.run(["ls-files", "-s", "-v", "-z", "--full-name", "--", ...chosen]),
  ]);
  const index = parseIndex(files.toString("utf8"));
  const { edited, ...found } = parseStatus(status.toString("utf8"));
  const modules = index.filter(({ mode }) => mode === "160000");
  const [unfiltered, submodules] = await Promise.all([
    findLfsFiles(edited, { repository, location }),
    findChangedSubmodules(modules, location.workTree, options),
  ]);
  return {
    ...found,
    tracked: index.map(({ path }) => path),
    edited: [...edited.flatMap(({ path }) => (unfiltered.has(path) ? [] : [path])), ...submodules],
    hidden: index.flatMap(({ isHidden, path }) => (isHidden ? [path] : [])),
  };
}

async function findChangedSubmodules(
  modules: readonly IndexEntry[],
  workTree: string,
  { depth, signal }: Depth,
): Promise<readonly string[]> {
  const limit = pLimit(4);
  const changed = modules.map(({ object, path }) =>
    limit(async () => ((await isAsCommitted({ workTree, path }, object, { depth, signal })) ? [] : [path])),
  );
  return (await Promise.all(changed)).flat();
}

/** Whether a submodule's folder has exactly this commit, or nothing, as in a clone without submodules. */
async function isAsCommitted(
  { path, workTree }: { readonly workTree: string; readonly path: string },
  commit: string,
  { depth, signal }: Pick<Depth, "depth" | "signal">,
): Promise<boolean> {
  const folder = join(workTree, path);
  const state = await lstat(folder).catch(() => undefined);
  if (state === undefined) return true;
  if (!state.isDirectory() || depth >= DEEPEST_SUBMODULE) return false;
  try {
    const location = readGitEntry(folder);
    if (location === undefined) return (await readdir(folder)).length === 0;
    // Who is trusted with the repository is trusted with its submodules, as by git.
    const { uid: trusted } = await lstat(workTree);
    const inside = await withRepository(location, { signal, trusted }, (repository) =>
      readState(repository, { ...location, workTree: folder }, { folders: true, depth: depth + 1, signal }),
    );
    const { edited, hidden, staged, untracked } = inside;
    return (
      inside.commit === commit && [edited, hidden, staged, untracked].every(({ length }) => length === 0)
    );
  } catch (error) {
    // A reason that its user can remove, by the name of the submodule.
    if (error instanceof GitError && !(error instanceof GitOwnerError)) return false;
    throw error;
  }
}
