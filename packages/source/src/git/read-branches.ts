// The branch that is checked out, and the branches that it may come from: CI's variables first, since CI checks out commits
// without a branch, and merge requests as commits of their own.
import type { StoreBranches } from "@sti/core";
import { findGitDirectory } from "./find-git-directory.ts";
import { withRepository } from "./open-repository.ts";
import { GitError } from "./run-git.ts";

/** Time limit for git, in milliseconds: its answer is optional. */
const LIMIT = 10_000;
/** Names of the main branch where nothing tells it. */
const USUAL = ["main", "master"];

type Env = Readonly<Record<string, string | undefined>>;

/** `directory`: in the work tree. Rejects with the signal's reason only. */
export async function readBranches(
  directory: string,
  { env, signal }: { readonly env: Env; readonly signal?: AbortSignal | undefined },
): Promise<StoreBranches> {
  const ofGit = await askGit(directory, signal);
  const { base, main = ofGit.main, own = ofGit.own } = branchesOfCI(env);
  const others = new Set([...(base === undefined ? [] : [base]), ...(main === undefined ? USUAL : [main])]);
  if (own !== undefined) others.delete(own);
  return { own, others: [...others] };
}

interface Branches {
  readonly own?: string | undefined;
  /** That a pull or merge request goes to. */
  readonly base?: string | undefined;
  readonly main?: string | undefined;
}

function branchesOfCI(env: Env): Branches {
  if (env.GITHUB_ACTIONS === "true") {
    const { GITHUB_BASE_REF: base, GITHUB_HEAD_REF: head, GITHUB_REF_NAME: name } = env;
    const branch = env.GITHUB_REF_TYPE === "branch" ? name : undefined;
    return { own: head || branch || undefined, base: base || undefined };
  }
  if (env.GITLAB_CI === "true") {
    const own = env.CI_COMMIT_BRANCH || env.CI_MERGE_REQUEST_SOURCE_BRANCH_NAME || undefined;
    const base = env.CI_MERGE_REQUEST_TARGET_BRANCH_NAME || undefined;
    return { own, base, main: env.CI_DEFAULT_BRANCH || undefined };
  }
  return {};
}

/** A repository that cannot be asked has no branches; its problem is reported with the commit of the sources. */
async function askGit(directory: string, signal: AbortSignal | undefined): Promise<Branches> {
  const timeout = AbortSignal.timeout(LIMIT);
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  try {
    const location = findGitDirectory(directory);
    if (location === undefined) return {};
    return await withRepository(location, { signal: either }, async ({ run }) => {
      const format = "--format=%(HEAD)%(refname) %(symref)";
      const refs = ["refs/heads", "refs/remotes/origin/HEAD"];
      const listed = (await run(["for-each-ref", format, ...refs])).toString("utf8").split("\n");
      const own = listed.find((line) => line.startsWith("*"))?.split(" ")[0];
      const main = listed
        .find((line) => line.includes("refs/remotes/origin/HEAD "))
        ?.split(" ")
        .at(-1);
      return {
        own: own?.replace(/^\*refs\/heads\//, ""),
        main: main?.replace(/^refs\/remotes\/origin\//, ""),
      };
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.aborted || error instanceof GitError) return {};
    throw error;
  }
}
