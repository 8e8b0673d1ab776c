// Reads the small files of a git directory. It may be anybody's, so whatever else lies in their place, a pipe or a
// device, is refused instead of waited for. Dozens of them are read for one answer, each in less time than it takes to
// wait for another thread.
import { statSync } from "node:fs";
import { FileProblem, readSmallFileSync } from "@sti/files";
import { GitError } from "./run-git.ts";

const LONGEST = 4 * 1024 * 1024;

/** Undefined when there is none. Throws GitError if it is no file, is too long or cannot be read. */
export function readGitFile(path: string): string | undefined {
  try {
    return readSmallFileSync(path, { limit: LONGEST }).toString("utf8");
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    if (error.kind === "missing") return undefined;
    throw new GitError(error.message);
  }
}

/** Whether there is such a thing; throws GitError when something else is in its place. Links are followed. */
export function hasGitEntry(path: string, kind: "file" | "folder"): boolean {
  const state = unlessMissing(path, () => statSync(path));
  if (state === undefined) return false;
  if (kind === "file" ? state.isFile() : state.isDirectory()) return true;
  throw new GitError(`${path} is not a ${kind}`);
}

function unlessMissing<Value>(path: string, work: () => Value): Value | undefined {
  try {
    return work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new GitError(`${path} cannot be read (${code})`);
  }
}

/** Errors of the file system become what everybody handles who asks about a repository. */
export function asGitError(error: unknown): unknown {
  const { message, syscall } = error as NodeJS.ErrnoException;
  return syscall === undefined ? error : new GitError(message);
}
