// Reads the small files of a git directory. It may be anybody's, so whatever else lies in their place, a pipe or a
// device, is refused instead of waited for.
import { stat } from "node:fs/promises";
import { FileProblem, readSmallFile } from "@sti/files";
import { GitError } from "./run-git.ts";

const LONGEST = 4 * 1024 * 1024;

/** Undefined when there is none. Rejects with GitError for what is no file, is too long or cannot be read. */
export async function readGitFile(path: string): Promise<string | undefined> {
  try {
    return (await readSmallFile(path, { limit: LONGEST })).toString("utf8");
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    if (error.kind === "missing") return undefined;
    throw new GitError(error.message);
  }
}

/** Whether there is such a thing; rejects with GitError when something else is in its place. Links are followed. */
export async function hasGitEntry(path: string, kind: "file" | "folder"): Promise<boolean> {
  const state = await stat(path).catch(unreadable(path));
  if (state === undefined) return false;
  if (kind === "file" ? state.isFile() : state.isDirectory()) return true;
  throw new GitError(`${path} is not a ${kind}`);
}

function unreadable(path: string): (error: NodeJS.ErrnoException) => undefined {
  return ({ code }) => {
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new GitError(`${path} cannot be read (${code})`);
  };
}
