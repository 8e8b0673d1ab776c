// Opens a repository that sti did not write. Git never works in its git directory, whose config could have it run any
// program; it works in one that is written here, for this purpose alone, with a config of sti's own. That leads to the
// repository's objects, refs and index, which are data. So no key has to be known to be harmless.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { checkGitOwner, type OwnerOptions } from "./check-git-owner.ts";
import type { GitLocation } from "./find-git-directory.ts";
import { asGitError, hasGitEntry, readGitFile } from "./read-git-file.ts";
import { findOwnSettings, type RepositoryConfig, readRepositoryConfig } from "./read-repository-config.ts";
import { GitError, runGit } from "./run-git.ts";
import { writeGitDirectory } from "./write-git-directory.ts";

export interface OpenRepository {
  /** The git directory that sti wrote; gone when the work is done. */
  readonly folder: string;
  readonly config: RepositoryConfig;
  /** Whether it has only its latest commits. */
  readonly isShallow: boolean;
  /** Runs git in it, and in its work tree where it has one. Rejects with GitError or the signal's reason. */
  run(args: readonly string[], options?: { readonly input?: string }): Promise<Buffer>;
}

/**
 * Does some work with a repository. Rejects with GitOwnerError for another user's, GitError for one that cannot be
 * used, the signal's reason, and whatever the work rejects with.
 */
export async function withRepository<Value>(
  location: GitLocation,
  { signal, trusted }: OwnerOptions,
  work: (repository: OpenRepository) => Promise<Value>,
): Promise<Value> {
  const { config, folder, isShallow } = await prepare(location, { signal, trusted });
  try {
    const { gitDirectory, workTree } = location;
    const index = { GIT_INDEX_FILE: join(gitDirectory, "index") };
    const variables = workTree === undefined ? index : { ...index, GIT_WORK_TREE: workTree };
    const where = { repository: folder, variables, cwd: workTree, signal };
    return await work({
      folder,
      config,
      isShallow,
      run: async (args, { input } = {}) => await runGit(args, { ...where, input }),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function prepare(location: GitLocation, options: OwnerOptions): Promise<Omit<OpenRepository, "run">> {
  let folder: string | undefined;
  try {
    await checkGitOwner(location, options);
    const config = readRepositoryConfig(location);
    const head = readHead(location);
    folder = mkdtempSync(join(resolve(tmpdir()), "sti-git-"));
    writeGitDirectory(folder, { ...config, head, settings: findOwnSettings(config) });
    return { folder, config, ...linkData(folder, location) };
  } catch (error) {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    // No room for it, or the repository went away just now.
    throw asGitError(error);
  }
}

/** As git wrote it: a commit, or the ref that is checked out. */
function readHead({ gitDirectory }: GitLocation): string {
  const file = join(gitDirectory, "HEAD");
  const head = readGitFile(file)?.trimEnd() ?? "";
  if (/^(?:ref: *refs\/[^\n]+|[0-9a-f]{40}|[0-9a-f]{64})$/.test(head)) return head;
  throw new GitError(`${file} names no branch and no commit`);
}

/** Commits that commands leave under a name of their own, such as FETCH_HEAD. */
const NAMED_COMMIT = /^[A-Z]+_HEAD$/;

function linkData(
  folder: string,
  { commonDirectory, gitDirectory }: GitLocation,
): { readonly isShallow: boolean } {
  const link = (from: string, path: string, kind: "file" | "folder") => {
    const isThere = hasGitEntry(join(from, path), kind);
    if (isThere) symlinkSync(join(from, path), join(folder, path));
    return isThere;
  };
  hasGitEntry(join(gitDirectory, "index"), "file");
  mkdirSync(join(folder, "logs"));
  writeAlternates(folder, join(commonDirectory, "objects"));
  for (const name of ["refs", "reftable", "logs/refs"]) link(commonDirectory, name, "folder");
  for (const name of ["packed-refs", "info/exclude"]) link(commonDirectory, name, "file");
  for (const name of ["info/sparse-checkout", "logs/HEAD"]) link(gitDirectory, name, "file");
  for (const name of readdirSync(gitDirectory)) {
    // An index may be in two parts.
    if (name.startsWith("sharedindex.")) link(gitDirectory, name, "file");
    if (!NAMED_COMMIT.test(name)) continue;
    const [commit] = readGitFile(join(gitDirectory, name))?.split(/\s/, 1) ?? [];
    if (commit !== undefined && /^[0-9a-f]{40,64}$/.test(commit))
      writeFileSync(join(folder, name), `${commit}\n`);
  }
  return { isShallow: link(commonDirectory, "shallow", "file") };
}

/** Git looks for what this folder does not have in the repository's, and in those that it names in turn. */
function writeAlternates(folder: string, objects: string): void {
  const written = readGitFile(join(objects, "info/alternates")) ?? "";
  const relatives = written.split("\n").filter((line) => /^\.\.?\//.test(line));
  // Of relative ones git reads only those of the folder it starts with.
  const lines = [objects, ...relatives.map((line) => resolve(objects, line))].map(quote);
  writeFileSync(join(folder, "objects/info/alternates"), `${lines.join("\n")}\n`);
}

function quote(path: string): string {
  return `"${path.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}
