// Opens and reads regular files, and nothing else: never a link's target, never a pipe or device. The bound
// on open files is here; the use of the bytes is not.
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  open,
  openSync,
  read,
  readSync,
  type Stats,
} from "node:fs";
import { promisify } from "node:util";
import { FileProblem } from "@sti/files";
import pLimit from "p-limit";

/** Every reader of a folder takes a place here, so that many targets at once cannot exhaust file handles. */
export const openFiles = pLimit(32);

/** Files up to this size are read in one piece, bytes. */
export const SMALL_FILE = 64 * 1024;

export interface FileState {
  /** Bytes. */
  readonly size: number;
  readonly executable: boolean;
  /** Milliseconds, with the fraction that the file system keeps, to a quarter of a microsecond. */
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly device: number;
  readonly inode: number;
}

/** Codes if there was something else here when the folder was listed. */
const GONE = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENXIO", "EINVAL"]);
/** Codes that speak of this process and not of the file. */
const OWN = new Set(["EMFILE", "ENFILE", "ENOMEM"]);

/** Meaning of a file operation's error for the file; other errors are thrown again. */
export function classifyFileError(error: unknown): "gone" | "unreadable" {
  if (error instanceof FileProblem) {
    return error.kind === "denied" || error.kind === "other" ? "unreadable" : "gone";
  }
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined || OWN.has(code) || code === "ABORT_ERR") throw error;
  return GONE.has(code) ? "gone" : "unreadable";
}

// Not blocking and not following: a file of the listing may have become a pipe or a link.
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** undefined when it is no regular file any more. The caller closes it. */
export async function openRegularFile(path: string): Promise<OpenedFile | undefined> {
  return opened(await openAsync(path, FLAGS));
}

/** The same at once. */
export function openRegularFileSync(path: string): OpenedFile | undefined {
  return opened(openSync(path, FLAGS));
}

interface OpenedFile {
  readonly fd: number;
  readonly state: FileState;
}

function opened(fd: number): OpenedFile | undefined {
  const state = stateOf(fd);
  if (state !== undefined) return { fd, state };
  closeSync(fd);
  return undefined;
}

/** undefined for anything but a regular file. Not asynchronous: for an open file it waits for no disk. */
export function stateOf(fd: number): FileState | undefined {
  return toState(fstatSync(fd));
}

/** The same of a file that is not open; a link is not followed. */
export function stateOfPath(path: string): FileState | undefined {
  return toState(lstatSync(path));
}

function toState(stats: Stats): FileState | undefined {
  if (!stats.isFile()) return undefined;
  return {
    size: stats.size,
    executable: (stats.mode & 0o111) !== 0,
    mtimeMs: stats.mtimeMs,
    ctimeMs: stats.ctimeMs,
    device: stats.dev,
    inode: stats.ino,
  };
}

/** Reads until the buffer is full; fewer bytes mean that the file ended. */
export async function readInto(fd: number, buffer: Buffer): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await readAsync(fd, buffer, filled, buffer.length - filled, null);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

/** The same at once. */
export function readIntoSync(fd: number, buffer: Buffer): number {
  let filled = 0;
  while (filled < buffer.length) {
    const bytesRead = readSync(fd, buffer, filled, buffer.length - filled, null);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

const openAsync = promisify(open);
const readAsync = promisify(read);
