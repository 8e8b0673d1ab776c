// Opens a repository that sti did not write. Git never works in its git directory, whose config could have it run any
// program; it works in one that is written here, for this purpose alone, with a config of sti's own. That leads to the
// repository's objects, refs and index, which are data. So no key has to be known to be harmless.
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { checkGitOwner } from "./check-git-owner.ts";
import type { GitLocation } from "./find-git-directory.ts";
import { hasGitEntry, readGitFile } from "./read-git-file.ts";
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
  signal: AbortSignal | undefined,
  work: (repository: OpenRepository) => Promise<Value>,
): Promise<Value> {
  const { config, folder, isShallow } = await prepare(location, signal);
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
    await rm(folder, { recursive: true, force: true });
  }
}

async function prepare(
  location: GitLocation,
  signal: AbortSignal | undefined,
): Promise<Omit<OpenRepository, "run">> {
  let folder: string | undefined;
  try {
    await checkGitOwner(location, signal);
    const config = await readRepositoryConfig(location);
    const head = await readHead(location);
    folder = await mkdtemp(join(resolve(tmpdir()), "sti-git-"));
    await writeGitDirectory(folder, { ...config, head, settings: findOwnSettings(config) });
    return { folder, config, ...(await linkData(folder, location)) };
  } catch (error) {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    // No room for it, or the repository went away just now.
    const { message, syscall } = error as NodeJS.ErrnoException;
    throw syscall === undefined ? error : new GitError(message);
  }
}

/** As git wrote it: a commit, or the ref that is checked out. */
async function readHead({ gitDirectory }: GitLocation): Promise<string> {
  const file = join(gitDirectory, "HEAD");
  const head = (await readGitFile(file))?.trimEnd() ?? "";
  if (/^(?:ref: *refs\/[^\n]+|[0-9a-f]{40}|[0-9a-f]{64})$/.test(head)) return head;
  throw new GitError(`${file} names no branch and no commit`);
}

/** Commits that commands leave under a name of their own, such as FETCH_HEAD. */
const NAMED_COMMIT = /^[A-Z]+_HEAD$/;

async function linkData(
  folder: string,
  { commonDirectory, gitDirectory }: GitLocation,
): Promise<{ readonly isShallow: boolean }> {
  const link = async (from: string, path: string, kind: "file" | "folder") => {
    const isThere = await hasGitEntry(join(from, path), kind);
    if (isThere) await symlink(join(from, path), join(folder, path));
    return isThere;
  };
  await hasGitEntry(join(gitDirectory, "index"), "file");
  await mkdir(join(folder, "logs"));
  await Promise.all([
    writeAlternates(folder, join(commonDirectory, "objects")),
    link(commonDirectory, "refs", "folder"),
    link(commonDirectory, "packed-refs", "file"),
    link(commonDirectory, "reftable", "folder"),
    link(commonDirectory, "info/exclude", "file"),
    link(gitDirectory, "info/sparse-checkout", "file"),
    link(commonDirectory, "logs/refs", "folder"),
    link(gitDirectory, "logs/HEAD", "file"),
  ]);
  for (const name of await readdir(gitDirectory)) {
    // An index may be in two parts.
    if (name.startsWith("sharedindex.")) await link(gitDirectory, name, "file");
    if (!NAMED_COMMIT.test(name)) continue;
    const [commit] = (await readGitFile(join(gitDirectory, name)))?.split(/\s/, 1) ?? [];
    if (commit !== undefined && /^[0-9a-f]{40,64}$/.test(commit))
      await writeFile(join(folder, name), `${commit}\n`);
  }
  return { isShallow: await link(commonDirectory, "shallow", "file") };
}

/** Git looks for what this folder does not have in the repository's, and in those that it names in turn. */
async function writeAlternates(folder: string, objects: string): Promise<void> {
  const written = (await readGitFile(join(objects, "info/alternates"))) ?? "";
  const relatives = written.split("\n").filter((line) => /^\.\.?\//.test(line));
  // Of relative ones git reads only those of the folder it starts with.
  const lines = [objects, ...relatives.map((line) => resolve(objects, line))].map(quote);
  await writeFile(join(folder, "objects/info/alternates"), `${lines.join("\n")}\n`);
}

function quote(path: string): string {
  return `"${path.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}
