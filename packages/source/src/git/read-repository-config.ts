// Takes over settings from a repository's config that concern reading its data. All other settings, also commands that
// git could run, are left out.
import { join } from "node:path";
import type { GitLocation } from "./find-git-directory.ts";
import { GitConfigError, type GitSetting, parseGitConfig } from "./parse-git-config.ts";
import { readGitFile } from "./read-git-file.ts";
import { GitError } from "./run-git.ts";
import type { ObjectFormat, RefStorage } from "./write-git-directory.ts";

export interface RepositoryConfig {
  /** In the order of the files: the last of a name counts. */
  readonly all: readonly GitSetting[];
  readonly objectFormat: ObjectFormat;
  readonly refStorage: RefStorage;
}

/** Throws GitError for a config that is none, and for a format that is not known here. */
export function readRepositoryConfig(location: GitLocation): RepositoryConfig {
  const { commonDirectory, gitDirectory } = location;
  const shared = readSettings(join(commonDirectory, "config"));
  const hasOwn = lastOf(shared, "extensions.worktreeconfig")?.toLowerCase() === "true";
  const own = hasOwn ? readSettings(join(gitDirectory, "config.worktree")) : [];
  if (lastOf(shared, "core.repositoryformatversion") === "1") {
    const unknown = shared.find(([name]) => name.startsWith("extensions.") && !EXTENSIONS.has(name));
    if (unknown !== undefined)
      throw new GitError(`the repository at ${commonDirectory} has the unknown extension ${unknown[0]}`);
  }
  const objectFormat = lastOf(shared, "extensions.objectformat") ?? "sha1";
  const refStorage = lastOf(shared, "extensions.refstorage") ?? "files";
  if (objectFormat !== "sha1" && objectFormat !== "sha256")
    throw new GitError(
      `the repository at ${commonDirectory} has objects of the unknown format ${objectFormat}`,
    );
  if (refStorage !== "files" && refStorage !== "reftable")
    throw new GitError(`the repository at ${commonDirectory} keeps refs in the unknown format ${refStorage}`);
  if (refStorage === "reftable" && gitDirectory !== commonDirectory)
    throw new GitError(`${gitDirectory} is a linked work tree with a reftable, which sti cannot read`);
  return { all: [...shared, ...own], objectFormat, refStorage };
}

/** Known to change nothing, or heeded here. */
const EXTENSIONS = new Set(
  [
    ...["noop", "preciousobjects", "partialclone", "worktreeconfig", "relativeworktrees"],
    ...["objectformat", "compatobjectformat", "refstorage"],
  ].map((name) => `extensions.${name}`),
);

/** Settings for the comparison of files in the work tree, as words: on, off, a format. */
const READING = new Set(
  [
    ...["filemode", "ignorecase", "symlinks", "precomposeunicode", "autocrlf", "eol", "trustctime"],
    ...["checkstat", "sparsecheckout", "sparsecheckoutcone"],
  ].map((name) => `core.${name}`),
);
/** Upstream of each branch: for names such as @{upstream}. */
const TRACKING = /^(?:branch\..+\.(?:remote|merge)|remote\..+\.fetch)$/;

/** For a git directory of sti's own. */
export function findOwnSettings({ all }: RepositoryConfig): readonly GitSetting[] {
  return all.filter(
    ([name, value]) =>
      (READING.has(name) && /^[A-Za-z0-9]+$/.test(value)) ||
      (TRACKING.test(name) && /^[+.\w][\w./*:@-]*$/.test(value)),
  );
}

export function lastOf(settings: readonly GitSetting[], wanted: string): string | undefined {
  return settings.findLast(([name]) => name === wanted)?.[1];
}

function readSettings(file: string): readonly GitSetting[] {
  try {
    return parseGitConfig(readGitFile(file) ?? "");
  } catch (error) {
    throw error instanceof GitConfigError ? new GitError(`${error.message} in ${file}`) : error;
  }
}
