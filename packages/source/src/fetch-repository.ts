// Brings one commit of a repository onto this machine, as a bare repository in the state folder. A commit that is
// there already is not fetched again; what was not used for a while is removed.
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { isRemoteGit } from "@sti/core";
import { GitError, type GitOptions, runGit } from "./run-git.ts";

export interface FetchedRepository {
  /** The bare repository, absolute. */
  readonly repository: string;
  readonly commit: string;
  /** Seconds since 1970. */
  readonly commitTime: number;
}

export interface RepositoryAddress {
  /** As written. */
  readonly url: string;
  readonly ref: string | undefined;
  readonly local: boolean;
}

/** The repository has no such branch, tag or commit. */
export class RefUnknownError extends Error {
  readonly ref: string;
  constructor(ref: string) {
    super(`no ${ref}`);
    this.name = "RefUnknownError";
    this.ref = ref;
  }
}

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
/** Milliseconds. */
const KEPT_FOR = 7 * 24 * 3600 * 1000;

/**
 * `folder`: where repositories are kept; it is made. `directory`: where relative paths start. Rejects with GitError,
 * RefUnknownError, the file system's errors or the signal's reason.
 */
export async function fetchRepository(
  address: RepositoryAddress,
  where: { readonly folder: string; readonly directory: string; readonly signal?: AbortSignal | undefined },
): Promise<FetchedRepository> {
  const { folder, signal } = where;
  const url = remoteOf(address, where.directory);
  const options = { local: address.local, remote: true, signal };
  const commit = await resolveCommit(url, address.ref, options);
  const name = createHash("sha256").update(url).digest("hex").slice(0, 16);
  const repository = join(folder, `${name}-${commit}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(dirname(folder), ".gitignore"), "*\n");
  const known = await commitTimeOf(repository, commit, signal);
  if (known === undefined) await fetchCommit(url, commit, repository, options);
  const now = new Date();
  await utimes(repository, now, now);
  await removeUnused(folder, now.getTime());
  const commitTime = known ?? (await commitTimeOf(repository, commit, signal));
  if (commitTime === undefined) throw new GitError(`commit ${commit} is not in what was fetched`);
  return { repository, commit, commitTime };
}

/** What git is given: a path becomes a URL, so that it is read through git's protocol and nothing is linked. */
export function remoteOf({ url, local }: RepositoryAddress, directory: string): string {
  if (!local || isRemoteGit(url) || /^file:\/\//i.test(url)) return url;
  return pathToFileURL(isAbsolute(url) ? url : resolve(directory, url)).href;
}

async function resolveCommit(url: string, ref: string | undefined, options: GitOptions): Promise<string> {
  if (ref !== undefined && COMMIT.test(ref)) return ref;
  const wanted =
    ref === undefined
      ? ["HEAD"]
      : [`refs/heads/${ref}`, `refs/tags/${ref}^{}`, `refs/tags/${ref}`, `${ref}^{}`, ref];
  const output = (await runGit(["ls-remote", "--quiet", "--", url, ...wanted], options)).toString();
  const commits = new Map(
    output.split("\n").map((line) => {
      const [commit = "", name = ""] = line.split("\t");
      return [name, commit] as const;
    }),
  );
  const commit = wanted.map((name) => commits.get(name)).find((found) => found !== undefined);
  if (commit === undefined || !COMMIT.test(commit)) throw new RefUnknownError(ref ?? "HEAD");
  return commit;
}

/** Fetched beside its place and moved there, so that what is there is whole whoever else fetches it. */
async function fetchCommit(
  url: string,
  commit: string,
  repository: string,
  options: GitOptions,
): Promise<void> {
  const fresh = `${repository}.${randomBytes(6).toString("hex")}.new`;
  try {
    const format = commit.length === 64 ? "sha256" : "sha1";
    const { signal } = options;
    await runGit(["init", "--quiet", "--bare", "--template=", `--object-format=${format}`, "--", fresh], {
      signal,
    });
    const flags = ["--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"];
    await runGit([`--git-dir=${fresh}`, "fetch", ...flags, "--", url, commit], options).catch(
      (error: unknown) => {
        const isUnknown =
          error instanceof GitError && /not our ref|couldn't find remote ref/.test(error.output);
        throw isUnknown ? new RefUnknownError(commit) : error;
      },
    );
    await rm(repository, { recursive: true, force: true });
    await rename(fresh, repository).catch((error: NodeJS.ErrnoException) => {
      // Somebody else was faster, with the same commit.
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Undefined when the repository or the commit is not there. */
async function commitTimeOf(
  repository: string,
  commit: string,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const isThere = await stat(repository).then(
    () => true,
    () => false,
  );
  if (!isThere) return undefined;
  try {
    const args = [`--git-dir=${repository}`, "show", "--no-patch", "--format=%ct", `${commit}^{commit}`];
    return Number((await runGit(args, { signal })).toString().trim());
  } catch (error) {
    if (error instanceof GitError) return undefined;
    throw error;
  }
}

async function removeUnused(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const state = await stat(path).catch(() => undefined);
    if (state !== undefined && now - state.mtimeMs > KEPT_FOR)
      await rm(path, { recursive: true, force: true });
  }
}
