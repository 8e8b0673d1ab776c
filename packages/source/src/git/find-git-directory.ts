// Finds the repository that a folder is in, as git does, but only by a `.git` entry: a folder that merely has the files
// of a bare repository may have been checked out.
import { lstatSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { asGitError, hasGitEntry, readGitFile } from "./read-git-file.ts";
import { GitError } from "./run-git.ts";

/** Places of a repository's parts; all absolute, without links. */
export interface GitLocation {
  /** The folder with the `.git` entry; undefined for a bare repository. */
  readonly workTree: string | undefined;
  /** The entry, where it is a file that names the git directory: in linked work trees and submodules. */
  readonly gitFile: string | undefined;
  /** Data of this work tree. */
  readonly gitDirectory: string;
  /** Data shared by all work trees. */
  readonly commonDirectory: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Of the nearest folder with a `.git` entry, from this one upwards; undefined when there is none. Stops at another file
 * system and at GIT_CEILING_DIRECTORIES. Throws GitError when the entry leads nowhere.
 */
export function findGitDirectory(directory: string, env: Environment = process.env): GitLocation | undefined {
  try {
    return search(directory, env);
  } catch (error) {
    throw asGitError(error);
  }
}

function search(directory: string, env: Environment): GitLocation | undefined {
  const ceilings = new Set(env.GIT_CEILING_DIRECTORIES?.split(":").filter(isAbsolute));
  const across = /^(?:1|true|yes|on)$/i.test(env.GIT_DISCOVERY_ACROSS_FILESYSTEM ?? "");
  let folder = findRealPath(directory);
  if (folder === undefined) return undefined;
  const { dev } = statSync(folder);
  for (;;) {
    const found = readGitEntry(folder);
    if (found !== undefined) return found;
    const parent = dirname(folder);
    if (parent === folder || ceilings.has(parent)) return undefined;
    if (!across && statSync(parent).dev !== dev) return undefined;
    folder = parent;
  }
}

/** Of a work tree's own `.git` entry. */
export function readGitEntry(workTree: string): GitLocation | undefined {
  const entry = join(workTree, ".git");
  const state = lstatSync(entry, { throwIfNoEntry: false });
  if (state?.isFile() === true) {
    const written = readGitFile(entry);
    const [, target] = /^gitdir: ([^\r\n]+)[\r\n]*$/.exec(written ?? "") ?? [];
    if (target === undefined) throw new GitError(`invalid gitfile format: ${entry}`);
    const found = readGitDirectory(resolve(workTree, target), { workTree, gitFile: entry });
    if (found === undefined) throw new GitError(`${entry} names ${target}, which is not a git repository`);
    return found;
  }
  const isFolder = state?.isDirectory() === true || state?.isSymbolicLink() === true;
  return isFolder ? readGitDirectory(entry, { workTree, gitFile: undefined }) : undefined;
}

/** A repository that is named by its path: a bare one, or a folder with a `.git` entry. */
export function readNamedRepository(path: string): GitLocation | undefined {
  const folder = findRealPath(path);
  const bare = { workTree: undefined, gitFile: undefined };
  if (folder !== undefined) {
    const found = readGitEntry(folder) ?? readGitDirectory(folder, bare);
    if (found !== undefined) return found;
  }
  return readGitDirectory(`${path}.git`, bare);
}

/** Undefined when this is no git directory. */
function readGitDirectory(
  path: string,
  of: Pick<GitLocation, "workTree" | "gitFile">,
): GitLocation | undefined {
  const gitDirectory = findRealPath(path);
  if (gitDirectory === undefined || !statSync(gitDirectory).isDirectory()) return undefined;
  const head = readGitFile(join(gitDirectory, "HEAD"));
  if (head === undefined) return undefined;
  const shared = readGitFile(join(gitDirectory, "commondir"))?.trimEnd();
  const commonDirectory = shared === undefined ? gitDirectory : findRealPath(resolve(gitDirectory, shared));
  if (commonDirectory === undefined) return undefined;
  if (!hasGitEntry(join(commonDirectory, "objects"), "folder")) return undefined;
  if (!hasGitEntry(join(commonDirectory, "refs"), "folder")) return undefined;
  for (const folder of [gitDirectory, commonDirectory]) refuseTracked(folder, of.workTree);
  return { ...of, gitDirectory, commonDirectory };
}

/** Anything in a work tree outside of a folder named `.git` may have come with a checkout. */
function refuseTracked(gitDirectory: string, workTree: string | undefined): void {
  if (workTree === undefined) return;
  const names = relative(workTree, gitDirectory).split(sep);
  if (names[0] === ".." || names.includes(".git")) return;
  throw new GitError(
    `${join(workTree, ".git")} leads to ${gitDirectory}, which is part of its own work tree`,
  );
}

function findRealPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined; // not there, or not to be reached
  }
}
