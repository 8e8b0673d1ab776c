// The commit, branch and tag of the repository that a source is in, for apps whose scripts ask for them. The snapshot of
// a source from elsewhere has them already.
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type SourceGit, type SourceSnapshot, trustHint } from "@sti/core";
import { placesOf, resolvePath } from "./add-checkouts.ts";
import { GitOwnerError } from "./check-git-owner.ts";
import { findGitDirectory, type GitLocation } from "./find-git-directory.ts";
import { type OpenRepository, withRepository } from "./open-repository.ts";
import { readCommit } from "./read-checkout.ts";
import { GitError } from "./run-git.ts";

/** Time limit for git, in milliseconds: a build without its answer would be another one. */
const LIMIT = 60_000;

export interface ReadSourceGitOptions {
  /** With the variables of CI, which checks out commits without a branch. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

type Found = NonNullable<SourceSnapshot["git"]>;
type WorkTree = GitLocation & { readonly workTree: string };

/** Of several parts, the first one that is in a repository counts. Rejects only with the signal's reason. */
export async function readSourceGit(snapshot: SourceSnapshot, options: ReadSourceGitOptions): Promise<Found> {
  const { signal } = options;
  const timeout = AbortSignal.timeout(LIMIT);
  try {
    const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    return await find(snapshot, options.env, either);
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.aborted) return { problem: `git took longer than ${LIMIT / 1000}s` };
    if (error instanceof GitOwnerError) return { problem: `${error.output}; ${trustHint(error.repository)}` };
    if (error instanceof GitError) return { problem: error.output };
    throw error;
  }
}

async function find(
  snapshot: SourceSnapshot,
  env: ReadSourceGitOptions["env"],
  signal: AbortSignal,
): Promise<Found> {
  const parts = partsOf(snapshot);
  const places = await Promise.all(
    parts.map(({ origin }) => Promise.all((placesOf(origin) ?? []).map(resolvePath))),
  );
  for (const [index, { git }] of parts.entries()) {
    if (git !== undefined) return git;
    const [location] = (places[index] ?? []).flatMap((path) => findWorkTree(path) ?? []);
    if (location === undefined) continue;
    const paths = places.flat().filter((path) => findWorkTree(path)?.workTree === location.workTree);
    return await withRepository(location, { signal }, (repository) =>
      describe(repository, location, { env, paths, signal }),
    );
  }
  return { problem: `no .git in ${places.flat().join(", ")} or above` };
}

function partsOf(snapshot: SourceSnapshot): readonly SourceSnapshot[] {
  return snapshot.origin.kind === "parts" ? snapshot.origin.parts.map((part) => part.snapshot) : [snapshot];
}

/** Files and folders, absolute, in which the commit, branch and tags of a path's repository are written; undefined without one. */
export function findRevisionPlaces(
  path: string,
): { readonly files: readonly string[]; readonly folders: readonly string[] } | undefined {
  try {
    const location = findWorkTree(path);
    if (location === undefined) return undefined;
    const { commonDirectory, gitDirectory } = location;
    return {
      files: [join(gitDirectory, "HEAD"), join(commonDirectory, "packed-refs")],
      folders: ["refs", "reftable"]
        .map((name) => join(commonDirectory, name))
        .filter((place) => existsSync(place)),
    };
  } catch (error) {
    // It is reported when the source is read.
    if (error instanceof GitError) return undefined;
    throw error;
  }
}

/** Of a folder, or of the folder of a file. */
function findWorkTree(path: string): WorkTree | undefined {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const location = findGitDirectory(isFolder ? path : dirname(path));
  const workTree = location?.workTree;
  return location === undefined || workTree === undefined ? undefined : { ...location, workTree };
}

async function describe(
  repository: OpenRepository,
  location: WorkTree,
  {
    env,
    paths,
    signal,
  }: {
    readonly env: ReadSourceGitOptions["env"];
    readonly paths: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<Found> {
  const { branch, commit, isClean } = await readCommit(repository, location, paths, signal);
  if (commit === undefined) return { problem: `the repository at ${location.workTree} has no commit yet` };
  const named = namesOfCI(env, commit);
  return {
    commit,
    branch: branch ?? named.branch,
    tag: named.tag ?? (await readTag(repository)),
    isDirty: !paths.every(isClean),
  };
}

/** The newest tag of the commit; of tags with the same time, the highest version. */
async function readTag(repository: OpenRepository): Promise<string | undefined> {
  const sorting = ["--sort=-version:refname", "--sort=-creatordate"];
  const format = ["--format=%(refname:lstrip=2)", "--points-at=HEAD", "--count=1"];
  const listed = await repository.run([
    // A release candidate is lower than its release.
    ...["-c", "versionsort.suffix=-"],
    ...["for-each-ref", ...sorting, ...format, "refs/tags"],
  ]);
  return listed.toString("utf8").trimEnd() || undefined;
}

/** Names by CI's variables, if their commit is this one: CI often checks out a commit without its branch or tags. */
export function namesOfCI(
  env: ReadSourceGitOptions["env"],
  commit: string,
): Pick<SourceGit, "branch" | "tag"> {
  if (env.GITHUB_SHA === commit) {
    const { GITHUB_HEAD_REF: head, GITHUB_REF_NAME: name, GITHUB_REF_TYPE: type } = env;
    if (type === "tag") return { branch: undefined, tag: name || undefined };
    // The ref of a pull request is "12/merge".
    return { branch: head || (type === "branch" ? name : undefined) || undefined, tag: undefined };
  }
  if (env.CI_COMMIT_SHA === commit) {
    const branch = env.CI_COMMIT_BRANCH || env.CI_MERGE_REQUEST_SOURCE_BRANCH_NAME || undefined;
    return { branch, tag: env.CI_COMMIT_TAG || undefined };
  }
  return { branch: undefined, tag: undefined };
}
