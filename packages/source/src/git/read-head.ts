// The commit that is checked out around a folder, for people: it does not say whether files differ from it.

import { GitOwnerError } from "./check-git-owner.ts";
import { findGitDirectory } from "./find-git-directory.ts";
import { withRepository } from "./open-repository.ts";
import { GitError } from "./run-git.ts";

/** Time limit for git, in milliseconds: its answer is optional. */
const LIMIT = 3000;

/** In full; undefined where there is none or git cannot be asked. Rejects only with the signal's reason. */
export async function readHead(
  directory: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<string | undefined> {
  const timeout = AbortSignal.timeout(LIMIT);
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  try {
    const location = findGitDirectory(directory);
    if (location === undefined) return undefined;
    return await withRepository(location, { signal: either }, async (repository) => {
      const commit = await repository.run(["rev-parse", "--verify", "--end-of-options", "HEAD^{commit}"]);
      return commit.toString().trim() || undefined;
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.aborted || error instanceof GitError || error instanceof GitOwnerError) return undefined;
    throw error;
  }
}
