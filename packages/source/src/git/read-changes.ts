// Finds files of a work tree that changed since a commit, or between two. find-changed-targets.ts finds the affected
// targets.
import { join, relative, sep } from "node:path";
import { type CommitRange, type Failure, failed, type Result, success } from "@sti/core";
import { GitOwnerError } from "./check-git-owner.ts";
import { findGitDirectory, type GitLocation } from "./find-git-directory.ts";
import { type OpenRepository, withRepository } from "./open-repository.ts";
import { lastOf } from "./read-repository-config.ts";
import { readWorkTree } from "./read-work-tree.ts";
import { GitError } from "./run-git.ts";

type ChangesFailure = Extract<Failure, { code: "changes-unknown" }>;

export interface ReadChangesOptions {
  /** A folder of the work tree, absolute. */
  readonly directory: string;
  readonly signal?: AbortSignal | undefined;
  /** Time limit for git, in milliseconds. */
  readonly limit?: number;
}

/** Changes found by git. */
export interface ReadChanges {
  /** The commit that is compared with, its whole id. */
  readonly start: string;
  /** Absolute. Of a renamed file both paths are there. */
  readonly files: readonly string[];
}

/** Work trees of half a million files take a minute where nothing of them is in memory. */
const LIMIT = 5 * 60_000;

/**
 * With an end, what its commits changed since they left the
 * beginning; without one, how the work tree differs from the beginning, files that git does not know yet included.
 */
export async function readChanges(
  { from, to }: CommitRange,
  options: ReadChangesOptions,
): Promise<Result<ReadChanges>> {
  return await attempt(options, async (git) => {
    const start = to === undefined ? await git.commit(from) : await git.leftAt(from, to);
    return { start, files: await git.changed(start, to) };
  });
}

/**
 * Differences of the work tree from the commit where it left `base`. Undefined: the branch that this one is to be
 * merged into, if CI or the clone names it.
 */
export async function readAffected(
  base: string | undefined,
  options: ReadChangesOptions & { readonly env: Readonly<Record<string, string | undefined>> },
): Promise<Result<ReadChanges>> {
  return await attempt(options, async (git) => {
    const named = base ?? baseOfCI(options.env) ?? (await git.usualBase());
    if (named === undefined) throw git.unknown(undefined, "no-base", "");
    const start = await git.leftAt(named, "HEAD");
    return { start, files: await git.changed(start, undefined) };
  });
}

/** The content of files as they were in a commit; undefined for one that it did not have. `files`: absolute. */
export async function readAtCommit(
  commit: string,
  files: readonly string[],
  options: ReadChangesOptions,
): Promise<ReadonlyMap<string, Buffer | undefined>> {
  const contents = new Map<string, Buffer | undefined>(files.map((file) => [file, undefined]));
  await withWorkTree(options, async ({ location: { workTree }, repository }) => {
    for (const file of files) {
      const name = relative(workTree, file).split(sep).join("/");
      try {
        contents.set(file, await repository.run(["cat-file", "blob", `${commit}:${name}`]));
      } catch (error) {
        if (!(error instanceof GitError)) throw error;
      }
    }
  });
  return contents;
}

/** Reason why changes cannot be determined; never leaves this file. */
class UnknownChanges extends Error {
  readonly failure: ChangesFailure;
  constructor(failure: ChangesFailure) {
    super(failure.reason);
    this.failure = failure;
  }
}

interface WorkTree {
  readonly repository: OpenRepository;
  readonly location: GitLocation & { readonly workTree: string };
  readonly signal: AbortSignal;
}

/** Rejects with GitError, or the signal's reason. */
async function withWorkTree<Value>(
  { directory, limit = LIMIT, signal }: ReadChangesOptions,
  work: (open: WorkTree) => Promise<Value>,
): Promise<Value> {
  const timeout = AbortSignal.timeout(limit);
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const location = findGitDirectory(directory);
  const workTree = location?.workTree;
  if (location === undefined || workTree === undefined)
    throw new GitError(`no .git in ${directory} or above it`);
  try {
    return await withRepository(location, { signal: either }, async (repository) => {
      if (lastOf(repository.config.all, "core.bare")?.toLowerCase() === "true")
        throw new GitError(`${location.gitDirectory} is a bare repository`);
      return await work({ repository, location: { ...location, workTree }, signal: either });
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw timeout.aborted ? new GitError(`it took longer than ${limit / 1000}s`) : error;
  }
}

async function attempt(
  options: ReadChangesOptions,
  work: (git: ReturnType<typeof ask>) => Promise<ReadChanges>,
): Promise<Result<ReadChanges>> {
  const failure = { code: "changes-unknown", commit: undefined, isShallow: false } as const;
  let isOpen = false;
  try {
    return success(
      await withWorkTree(options, async (open) => {
        isOpen = true;
        return await work(ask(open));
      }),
    );
  } catch (error) {
    if (error instanceof UnknownChanges) return failed([error.failure]);
    if (error instanceof GitOwnerError) {
      const { output: message, repository } = error;
      return failed([{ ...failure, reason: "other-owner", message, repository }]);
    }
    if (!(error instanceof GitError)) throw error;
    return failed([{ ...failure, reason: isOpen ? "git-failed" : "no-repository", message: error.output }]);
  }
}

function ask({ location, repository, signal }: WorkTree) {
  const run = async (...args: string[]) => (await repository.run(args)).toString("utf8");
  const unknown = (commit: string | undefined, reason: ChangesFailure["reason"], message: string) => {
    const { isShallow } = repository;
    return new UnknownChanges({ code: "changes-unknown", commit, reason, isShallow, message });
  };
  /** Output of git; its error message becomes the failure. */
  const askAbout = async (commit: string, reason: ChangesFailure["reason"], ...args: string[]) => {
    try {
      return await run(...args);
    } catch (error) {
      throw error instanceof GitError ? unknown(commit, reason, error.output) : error;
    }
  };
  const commit = async (name: string) =>
    (
      await askAbout(name, "commit-missing", "rev-parse", "--verify", "--end-of-options", `${name}^{commit}`)
    ).trim();
  const absolute = (names: readonly string[]) =>
    names.flatMap((name) => (name === "" ? [] : [join(location.workTree, name.replace(/\/$/, ""))]));
  return {
    unknown,
    commit,
    /** The last commit that both have. */
    leftAt: async (base: string, tip: string) => {
      const [one, other] = await Promise.all([commit(base), commit(tip)]);
      return (await askAbout(base, "no-common-commit", "merge-base", one, other)).trim();
    },
    usualBase: async () => {
      const listed = await run("for-each-ref", "--format=%(refname) %(symref)", ...USUAL_REFS);
      const refs = new Map(listed.split("\n").map((line) => line.split(" ", 2) as [string, string]));
      const found = USUAL_REFS.find((ref) => refs.has(ref));
      if (found === undefined) return undefined;
      return (refs.get(found) || found).replace(/^refs\/(?:heads|remotes)\//, "");
    },
    changed: async (start: string, end: string | undefined) => {
      const differing = ["--name-only", "--no-renames", "-z"];
      if (end !== undefined) {
        const tip = await commit(end);
        const between = await askAbout(start, "git-failed", "diff-tree", "-r", ...differing, start, tip);
        return absolute(between.split("\0"));
      }
      const [staged, state] = await Promise.all([
        askAbout(start, "git-failed", "diff-index", "--cached", ...differing, start, "--"),
        readWorkTree(repository, location, { folders: false, signal }),
      ]);
      return absolute([...new Set([...staged.split("\0"), ...state.edited, ...state.untracked])]);
    },
  };
}

/** The first that exists is the usual base of a branch. */
const USUAL_REFS = [
  "refs/remotes/origin/HEAD",
  "refs/remotes/origin/main",
  "refs/remotes/origin/master",
  "refs/heads/main",
  "refs/heads/master",
];

/** The branch that a merge or pull request goes to. */
function baseOfCI(env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (env.GITHUB_BASE_REF) return `origin/${env.GITHUB_BASE_REF}`;
  return env.CI_MERGE_REQUEST_TARGET_BRANCH_NAME
    ? `origin/${env.CI_MERGE_REQUEST_TARGET_BRANCH_NAME}`
    : undefined;
}
