// Brings one commit of a repository onto this machine, as a bare repository in a folder that only the user can write to.
// A commit that is there already is not fetched again; commits that were not used for a while are removed.
import { createHash } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isRemoteGit } from "@sti/core";
import { draftOf, removeAbandonedDrafts } from "@sti/files";
import { isPrivateFolder, makePrivateFolder } from "../disk/private-folder.ts";
import { readNamedRepository } from "./find-git-directory.ts";
import { withRepository } from "./open-repository.ts";
import { GitError, type GitOptions, readUserGitConfig, runGit } from "./run-git.ts";
import { type ObjectFormat, writeGitDirectory } from "./write-git-directory.ts";

export interface FetchedRepository {
  /** The bare repository, absolute. */
  readonly repository: string;
  readonly commit: string;
  /** Seconds since 1970. */
  readonly commitTime: number;
  /** The full name of the branch or tag that was asked for; undefined if it was a commit or cannot be known. */
  readonly name: string | undefined;
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
 * `folder`: where repositories are kept; it is made, and has to be the user's alone. `directory`: where relative paths
 * start. Rejects with GitError, RefUnknownError, NotPrivateError, the file system's errors or the signal's reason.
 */
export async function fetchRepository(
  address: RepositoryAddress,
  where: { readonly folder: string; readonly directory: string; readonly signal?: AbortSignal | undefined },
): Promise<FetchedRepository> {
  const { folder, signal } = where;
  makePrivateFolder(folder);
  const url = remoteOf(address, where.directory);
  const name = createHash("sha256").update(url).digest("hex").slice(0, 16);
  const placeOf = (commit: string) => join(folder, `${name}-${commit}`);
  const known = await findKnown(address.ref, placeOf, signal);
  const fetched =
    known ??
    (await withRemote(address, { url, signal }, async (remote) => {
      const { commit, name } = await resolveCommit(remote, address.ref);
      const repository = placeOf(commit);
      const kept = await readKept(repository, commit, signal);
      if (kept !== undefined) return { ...kept, name };
      await fetchCommit(remote, commit, repository);
      const made = await readKept(repository, commit, signal);
      if (made === undefined) throw new GitError(`commit ${commit} is not in the fetched repository`);
      return { ...made, name };
    }));
  const now = new Date();
  await utimes(fetched.repository, now, now);
  await removeUnused(folder, now.getTime());
  return fetched;
}

/** If the ref is a commit that was fetched before, no remote is contacted. */
async function findKnown(
  ref: string | undefined,
  placeOf: (commit: string) => string,
  signal: AbortSignal | undefined,
): Promise<FetchedRepository | undefined> {
  return ref !== undefined && COMMIT.test(ref) ? await readKept(placeOf(ref), ref, signal) : undefined;
}

interface Remote {
  /** Address passed to git. */
  readonly url: string;
  readonly options: GitOptions;
}

/**
 * A repository on this machine is asked through a git directory of sti's own, as its own config could have a git that
 * serves it run programs.
 */
async function withRemote<Value>(
  { local }: RepositoryAddress,
  { url, signal }: { readonly url: string; readonly signal: AbortSignal | undefined },
  work: (remote: Remote) => Promise<Value>,
): Promise<Value> {
  if (!local || !/^file:/i.test(url))
    return await work({ url, options: { remote: await readUserGitConfig(signal), signal } });
  const path = fileURLToPath(url);
  const location = readNamedRepository(path);
  if (location === undefined) throw new GitError(`'${path}' does not appear to be a git repository`);
  return await withRepository(location, { signal }, async ({ folder }) => {
    return await work({ url: pathToFileURL(folder).href, options: { local, signal } });
  });
}

/** Address passed to git: a path becomes a URL, so that it is read through git's protocol and nothing is linked. */
export function remoteOf({ url, local }: RepositoryAddress, directory: string): string {
  if (!local || isRemoteGit(url) || /^file:\/\//i.test(url)) return url;
  return pathToFileURL(isAbsolute(url) ? url : resolve(directory, url)).href;
}

async function resolveCommit(
  { url, options }: Remote,
  ref: string | undefined,
): Promise<Pick<FetchedRepository, "commit" | "name">> {
  if (ref !== undefined && COMMIT.test(ref)) return { commit: ref, name: undefined };
  const wanted =
    ref === undefined
      ? ["HEAD"]
      : [`refs/heads/${ref}`, `refs/tags/${ref}^{}`, `refs/tags/${ref}`, `${ref}^{}`, ref];
  const listed = await runGit(["ls-remote", "--quiet", "--symref", "--", url, ...wanted], options);
  const commits = new Map<string, string>();
  const branches = new Map<string, string>();
  for (const line of listed.toString().split("\n")) {
    const [value = "", name = ""] = line.split("\t");
    if (value.startsWith("ref: ")) branches.set(name, value.slice("ref: ".length));
    else commits.set(name, value);
  }
  const found = wanted.find((name) => commits.has(name));
  const commit = found && commits.get(found);
  if (found === undefined || commit === undefined || !COMMIT.test(commit)) {
    throw new RefUnknownError(ref ?? "HEAD");
  }
  return { commit, name: branches.get(found) ?? found.replace(/\^\{\}$/, "") };
}

/** Fetched beside its place and moved there, so that it is always complete, even if others fetch it too. */
async function fetchCommit({ url, options }: Remote, commit: string, repository: string): Promise<void> {
  const draft = draftOf(repository);
  try {
    await mkdir(join(draft, "refs"), { recursive: true, mode: 0o700 });
    writeGitDirectory(draft, { objectFormat: formatOf(commit), head: "ref: refs/heads/main" });
    const flags = ["--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"];
    await runGit(["fetch", ...flags, "--", url, commit], { ...options, repository: draft }).catch(
      (error: unknown) => {
        const isUnknown =
          error instanceof GitError && /not our ref|couldn't find remote ref/.test(error.output);
        throw isUnknown ? new RefUnknownError(commit) : error;
      },
    );
    await rm(repository, { recursive: true, force: true });
    await rename(draft, repository).catch((error: NodeJS.ErrnoException) => {
      // Somebody else was faster, with the same commit.
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Undefined unless it is this user's and has the commit: its id is computed from the stored objects. */
async function readKept(
  repository: string,
  commit: string,
  signal: AbortSignal | undefined,
): Promise<FetchedRepository | undefined> {
  if (!isPrivateFolder(repository)) return undefined;
  try {
    const content = await runGit(["cat-file", "commit", commit], { repository, signal });
    const id = createHash(formatOf(commit))
      .update(`commit ${content.length}\0`)
      .update(content)
      .digest("hex");
    const [, time] = /^committer [^\n]*> (\d+) [+-]\d+$/m.exec(content.toString("latin1")) ?? [];
    return id === commit && time !== undefined
      ? { repository, commit, commitTime: Number(time), name: undefined }
      : undefined;
  } catch (error) {
    if (error instanceof GitError) return undefined;
    throw error;
  }
}

function formatOf(commit: string): ObjectFormat {
  return commit.length === 64 ? "sha256" : "sha1";
}

async function removeUnused(folder: string, now: number): Promise<void> {
  removeAbandonedDrafts(folder);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const state = await stat(path).catch(() => undefined);
    if (state !== undefined && now - state.mtimeMs > KEPT_FOR)
      await rm(path, { recursive: true, force: true });
  }
}
