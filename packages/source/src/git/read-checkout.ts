// The commit of the folders on this machine that sources lie in, where they do not differ from it.
// Reading sources from repositories is snapshot-git.ts.
import { relative, sep } from "node:path";
import { type Checkout, trustHint } from "@sti/core";
import { GitOwnerError } from "./check-git-owner.ts";
import { findGitDirectory, type GitLocation } from "./find-git-directory.ts";
import { type OpenRepository, withRepository } from "./open-repository.ts";
import { lastOf } from "./read-repository-config.ts";
import { readWorkTree, type WorkTreeState } from "./read-work-tree.ts";
import { GitError } from "./run-git.ts";

/** Time limit for git, in milliseconds: its answer is optional. */
const LIMIT = 10_000;

export interface ReadCheckoutsOptions {
  readonly signal?: AbortSignal | undefined;
  /** Gets the reason why a repository that is there could not be asked. */
  readonly onProblem?: ((message: string) => void) | undefined;
  /** Milliseconds. */
  readonly limit?: number;
}

/**
 * The commit whose content each of these folders or files has. Paths that differ from it, by so much as a new file, are
 * left out, and so are those that the commit does not have. `paths`: absolute. Rejects only with the signal's reason.
 */
export async function readCheckouts(
  directory: string,
  paths: readonly string[],
  { limit = LIMIT, onProblem, signal }: ReadCheckoutsOptions = {},
): Promise<ReadonlyMap<string, Checkout>> {
  const timeout = AbortSignal.timeout(limit);
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  try {
    return await ask(directory, paths, either);
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.aborted) onProblem?.(`git took longer than ${limit / 1000}s`);
    else if (error instanceof GitOwnerError) onProblem?.(`${error.output}; ${trustHint(error.repository)}`);
    else if (error instanceof GitError) onProblem?.(error.output);
    else throw error;
    return new Map();
  }
}

async function ask(
  directory: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Checkout>> {
  const location = findGitDirectory(directory);
  const workTree = location?.workTree;
  if (location === undefined || workTree === undefined) return new Map();
  const below = paths.filter((path) => path === workTree || path.startsWith(`${workTree}${sep}`));
  if (below.length === 0) return new Map();
  return await withRepository(location, { signal }, async (repository) => {
    const { all } = repository.config;
    if (lastOf(all, "core.bare")?.toLowerCase() === "true") return new Map();
    const { commit, isClean } = await readCommit(repository, { ...location, workTree }, below, signal);
    if (commit === undefined) return new Map();
    const checkout: Checkout = { url: publicAddress(lastOf(all, "remote.origin.url") ?? ""), commit };
    return new Map(below.filter(isClean).map((path) => [path, checkout]));
  });
}

/** The commit that is checked out, and how these paths of the work tree, absolute, relate to it. */
export async function readCommit(
  repository: OpenRepository,
  location: GitLocation & { readonly workTree: string },
  paths: readonly string[],
  signal: AbortSignal,
): Promise<
  Pick<WorkTreeState, "branch" | "commit"> & {
    /** Whether the commit has the path, with nothing in it changed. */
    readonly isClean: (path: string) => boolean;
  }
> {
  const nameOf = (path: string) => relative(location.workTree, path).replaceAll(sep, "/");
  const names = paths.map((path) => nameOf(path) || ".");
  const state = await readWorkTree(repository, location, { paths: names, folders: true, signal });
  const tracked = foldersOf(state.tracked);
  const changed = [...state.edited, ...state.staged, ...state.untracked, ...state.hidden];
  return {
    branch: state.branch,
    commit: state.commit,
    isClean: (path) => {
      const name = nameOf(path);
      return tracked.has(name) && !changed.some((other) => overlap(name, other.replace(/\/$/, "")));
    },
  };
}

/** Files and every folder above them; "" is the root. */
function foldersOf(files: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const file of files) {
    for (
      let path = file;
      path !== "" && !found.has(path);
      path = path.slice(0, Math.max(0, path.lastIndexOf("/")))
    ) {
      found.add(path);
    }
    if (file !== "") found.add("");
  }
  return found;
}

/** Whether one of the paths is, or is in, the other. */
function overlap(a: string, b: string): boolean {
  return a === b || a === "" || b === "" || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

/** An address that others may read: without passwords and tokens, and not a place on this machine. */
export function publicAddress(origin: string): string | undefined {
  const url = URL.parse(origin);
  if (url !== null && ["http:", "https:", "ssh:", "git:"].includes(url.protocol) && url.host !== "") {
    if (url.protocol !== "ssh:") url.username = "";
    url.password = "";
    url.search = "";
    url.hash = "";
    return url.href;
  }
  return /^(?:[\w.-]+@)?[\w.-]+:(?![/\\]{2})[^\s:]+$/.test(origin) && !/^[A-Za-z]:/.test(origin)
    ? origin
    : undefined;
}
