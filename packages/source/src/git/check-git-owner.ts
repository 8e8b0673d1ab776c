// Whether a repository is the user's: as in git, another user's is not read unless the user's own safe.directory allows
// it. Else any user who may write to a folder above could forge the origin of the sources in it.
import { lstatSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { GitLocation } from "./find-git-directory.ts";
import type { GitSetting } from "./parse-git-config.ts";
import { GitError, readUserGitConfig } from "./run-git.ts";

/** The repository belongs to another user. */
export class GitOwnerError extends GitError {
  /** The path that safe.directory is to name. */
  readonly repository: string;
  constructor(repository: string, owner: number, user: number) {
    super(`the repository at ${repository} belongs to uid ${owner}; sti runs as uid ${user}`);
    this.name = "GitOwnerError";
    this.repository = repository;
  }
}

export interface OwnerOptions {
  /** Number of a user whose repositories are read besides: of a submodule, the owner of the trusted one around it. */
  readonly trusted?: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Rejects with GitOwnerError. */
export async function checkGitOwner(location: GitLocation, { signal, trusted }: OwnerOptions): Promise<void> {
  const user = process.geteuid?.();
  // Windows has no owners in this sense.
  if (user === undefined) return;
  const { gitDirectory, gitFile, workTree } = location;
  const place = workTree ?? gitDirectory;
  for (const path of [gitFile, workTree, gitDirectory]) {
    const owner: number = path === undefined ? user : lstatSync(path).uid;
    if (owner === user || owner === trusted || (user === 0 && String(owner) === process.env.SUDO_UID))
      continue;
    if (await isSafe(place, await readUserGitConfig(signal))) return;
    throw new GitOwnerError(place, owner, user);
  }
}

/** Whether safe.directory names the path; an empty value takes back those before it. */
export async function isSafe(path: string, settings: readonly GitSetting[]): Promise<boolean> {
  let safe = false;
  for (const [name, value] of settings) {
    if (name !== "safe.directory") continue;
    if (value === "") safe = false;
    else if (value === "*") safe = true;
    else safe ||= await names(value, path);
  }
  return safe;
}

async function names(value: string, path: string): Promise<boolean> {
  const written = value.startsWith("~/") ? join(homedir(), value.slice(2)) : value;
  const isBelow = written.endsWith("/*");
  const bare = isBelow ? written.slice(0, -2) : written.replace(/(?<=.)\/$/, "");
  const folders = [bare, await realpath(bare).catch(() => bare)];
  return folders.some((folder) => (isBelow ? path.startsWith(`${folder}/`) : path === folder));
}
