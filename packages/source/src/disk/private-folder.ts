// Folders that only their user can write to. What sti remembers is kept in these alone: whatever a checkout, an archive
// or another user of the machine can bring is input, and never taken for what sti has written itself.
import { chmodSync, lstatSync, mkdirSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";

/** The folder belongs to somebody else, or is none. The message names it and a fix. */
export class NotPrivateError extends Error {
  /** For those who handle errors of the file system. */
  readonly code = "EPERM";
  readonly path: string;
  constructor(path: string, why: string) {
    super(`${path} ${why}; remove it, or set XDG_CACHE_HOME to a folder of your own`);
    this.name = "NotPrivateError";
    this.path = path;
  }
}

/** A folder that is made when it is needed, and all folders above it up to the user's cache folder with it. */
export interface PrivateFolder {
  /** Absolute. */
  readonly path: string;
  /** The path, when it is there and private at every level. Throws like makePrivateFolder. */
  make(): string;
  /** Whether it is there and private at every level. Nothing is read from any other. */
  isPrivate(): boolean;
  /** `name`: one component of a path. */
  folder(name: string): PrivateFolder;
}

/** `path`: absolute; the folder that has it is not checked. */
export function privateFolder(path: string): PrivateFolder {
  return folderBelow(path, undefined);
}

function folderBelow(path: string, above: PrivateFolder | undefined): PrivateFolder {
  // Once all levels were private, only their user can have changed them.
  let isBelowPrivate = above === undefined;
  const folder: PrivateFolder = {
    path,
    make: () => {
      if (isBelowPrivate && isPrivateFolder(path)) return path;
      above?.make();
      makePrivateFolder(path);
      isBelowPrivate = true;
      return path;
    },
    isPrivate: () => {
      isBelowPrivate ||= above?.isPrivate() ?? true;
      return isBelowPrivate && isPrivateFolder(path);
    },
    folder: (name) => folderBelow(join(path, name), folder),
  };
  return folder;
}

/** Errors that another folder would avoid. */
const ELSEWHERE = new Set(["EACCES", "EPERM", "EROFS", "ENOTDIR", "ENOENT"]);

/**
 * Makes the folder where it is missing, with mode 0700, and its parents as they are usually made. Throws
 * NotPrivateError for a symbolic link, for anything but a folder and for another user's, else errors of the file system.
 */
export function makePrivateFolder(path: string): void {
  if (isPrivateFolder(path)) return;
  try {
    mkdirSync(dirname(path), { recursive: true });
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== undefined && ELSEWHERE.has(code)) {
      throw Object.assign(new Error(`${message}; set XDG_CACHE_HOME to a folder of your own`), { code });
    }
    if (code !== "EEXIST") throw error;
  }
  const problem = findProblem(lstatSync(path));
  if (problem === "open") chmodSync(path, 0o700);
  else if (problem !== undefined) throw new NotPrivateError(path, problem);
}

/** Whether there is such a folder, and nobody but this user can write to it. */
export function isPrivateFolder(path: string): boolean {
  const state = lstatSync(path, { throwIfNoEntry: false });
  return state !== undefined && findProblem(state) === undefined;
}

/** "open": this user's, and others may write to it. */
function findProblem(state: Stats): string | undefined {
  if (state.isSymbolicLink()) return "is a symbolic link";
  if (!state.isDirectory()) return "is not a folder";
  const user = process.geteuid?.();
  // Windows has no owners in this sense: there a user's folders are their own.
  if (user === undefined) return undefined;
  if (state.uid !== user) return `belongs to another user (uid ${state.uid})`;
  return (state.mode & 0o022) === 0 ? undefined : "open";
}
