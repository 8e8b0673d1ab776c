// Which files of a work tree changed since a commit, or between two: what git says. Which targets that concerns is
// find-changed-targets.ts.
import { join, relative, sep } from "node:path";
import { type CommitRange, type Failure, failed, type Result, success } from "@sti/core";
import { GitError, runGit } from "./run-git.ts";

type ChangesFailure = Extract<Failure, { code: "changes-unknown" }>;

export interface ReadChangesOptions {
  /** A folder of the work tree, absolute. */
  readonly directory: string;
  readonly signal?: AbortSignal | undefined;
}

/** What git says has changed. */
export interface ReadChanges {
  /** The commit that is compared with, its whole id. */
  readonly start: string;
  /** Absolute. Of a renamed file both paths are there. */
  readonly files: readonly string[];
}

/**
 * With an end, what its commits changed since they left the
 * beginning; without one, how the work tree differs from the beginning, files that git does not know yet included.
 */
export async function readChanges(
  { from, to }: CommitRange,
  options: ReadChangesOptions,
): Promise<Result<ReadChanges>> {
  try {
    const git = await openWorkTree(options);
    const start = to === undefined ? await git.commit(from) : await git.leftAt(from, to);
    return success({ start, files: await git.changed(start, to) });
  } catch (error) {
    if (error instanceof UnknownChanges) return failed([error.failure]);
    throw error;
  }
}

/**
 * How the work tree differs from the commit where it left `base`. Undefined: the branch that this one is to be merged
 * into, as far as CI or the clone says.
 */
export async function readAffected(
  base: string | undefined,
  options: ReadChangesOptions & { readonly env: Readonly<Record<string, string | undefined>> },
): Promise<Result<ReadChanges>> {
  try {
    const git = await openWorkTree(options);
    const named = base ?? baseOfCI(options.env) ?? (await git.usualBase());
    if (named === undefined) throw await git.unknown(undefined, "no-base", "");
    const start = await git.leftAt(named, "HEAD");
    return success({ start, files: await git.changed(start, undefined) });
  } catch (error) {
    if (error instanceof UnknownChanges) return failed([error.failure]);
    throw error;
  }
}

/** The content of files as they were in a commit; undefined for one that it did not have. `files`: absolute. */
export async function readAtCommit(
  commit: string,
  files: readonly string[],
  { directory, signal }: ReadChangesOptions,
): Promise<ReadonlyMap<string, Buffer | undefined>> {
  const run = async (...args: string[]) => await runGit(["-C", directory, ...args], { signal });
  const top = (await run("rev-parse", "--show-toplevel")).toString("utf8").replace(/\n$/, "");
  const contents = new Map<string, Buffer | undefined>();
  for (const file of files) {
    const name = relative(top, file).split(sep).join("/");
    try {
      contents.set(file, await run("cat-file", "blob", `${commit}:${name}`));
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      contents.set(file, undefined);
    }
  }
  return contents;
}

/** Why it cannot be said what changed; never leaves this file. */
class UnknownChanges extends Error {
  readonly failure: ChangesFailure;
  constructor(failure: ChangesFailure) {
    super(failure.reason);
    this.failure = failure;
  }
}

async function openWorkTree({ directory, signal }: ReadChangesOptions) {
  const run = async (folder: string, args: readonly string[]) =>
    (await runGit(["-C", folder, ...args], { signal })).toString("utf8");
  const root = await run(directory, ["rev-parse", "--show-toplevel"]).catch((error: unknown) => {
    if (!(error instanceof GitError)) throw error;
    const fields = { commit: undefined, isShallow: false, message: error.output };
    throw new UnknownChanges({ code: "changes-unknown", reason: "no-repository", ...fields });
  });
  const top = root.replace(/\n$/, "");
  const git = async (...args: string[]) => await run(top, args);
  const unknown = async (
    commit: string | undefined,
    reason: ChangesFailure["reason"],
    message: string,
  ): Promise<UnknownChanges> => {
    const isShallow = (await git("rev-parse", "--is-shallow-repository")).trim() === "true";
    return new UnknownChanges({ code: "changes-unknown", commit, reason, isShallow, message });
  };
  /** What git prints; what it says when it cannot becomes the failure. */
  const ask = async (reason: ChangesFailure["reason"], commit: string, ...args: string[]) => {
    try {
      return await git(...args);
    } catch (error) {
      throw error instanceof GitError ? await unknown(commit, reason, error.output) : error;
    }
  };
  const commit = async (name: string) =>
    (
      await ask("commit-missing", name, "rev-parse", "--verify", "--end-of-options", `${name}^{commit}`)
    ).trim();
  const list = (text: string) => text.split("\0").flatMap((name) => (name === "" ? [] : [join(top, name)]));
  return {
    unknown,
    commit,
    /** The last commit that both have. */
    leftAt: async (base: string, tip: string) => {
      const [one, other] = [await commit(base), await commit(tip)];
      return (await ask("no-common-commit", base, "merge-base", one, other)).trim();
    },
    usualBase: async () => {
      const named = await git("symbolic-ref", "--short", "refs/remotes/origin/HEAD").catch(() => "");
      if (named.trim() !== "") return named.trim();
      for (const name of ["origin/main", "origin/master", "main", "master"]) {
        const found = await git("rev-parse", "--verify", "--quiet", `${name}^{commit}`).catch(() => "");
        if (found !== "") return name;
      }
      return undefined;
    },
    changed: async (start: string, end: string | undefined) => {
      const differing = ["diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", start];
      if (end !== undefined)
        return list(await ask("git-failed", start, ...differing, await commit(end), "--"));
      const [tracked, untracked] = await Promise.all([
        ask("git-failed", start, ...differing, "--"),
        ask("git-failed", start, "ls-files", "--others", "--exclude-standard", "-z"),
      ]);
      return [...list(tracked), ...list(untracked)];
    },
  };
}

/** The branch that a merge or pull request goes to. */
function baseOfCI(env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (env.GITHUB_BASE_REF) return `origin/${env.GITHUB_BASE_REF}`;
  return env.CI_MERGE_REQUEST_TARGET_BRANCH_NAME
    ? `origin/${env.CI_MERGE_REQUEST_TARGET_BRANCH_NAME}`
    : undefined;
}
