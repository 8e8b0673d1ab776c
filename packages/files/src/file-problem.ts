// Reasons why a file was not read, in words that follow its name: "api.env is a named pipe".
import type { Stats } from "node:fs";

export type FileProblemKind =
  | "missing"
  | "folder"
  /** A pipe, a socket or a device. */
  | "special"
  | "too-large"
  | "denied"
  /** A symbolic link where none is followed. */
  | "link"
  | "other";

export class FileProblem extends Error {
  override readonly name = "FileProblem";
  readonly kind: FileProblemKind;
  /** Absolute or as the caller has it. */
  readonly file: string;
  /** Follow the file's name. */
  readonly words: string;

  constructor(kind: FileProblemKind, file: string, words: string) {
    super(`${file} ${words}`);
    this.kind = kind;
    this.file = file;
    this.words = words;
  }
}

/** Undefined for a regular file. */
export function problemOfKind(file: string, state: Stats): FileProblem | undefined {
  if (state.isFile()) return undefined;
  if (state.isDirectory()) return new FileProblem("folder", file, "is a folder");
  if (state.isSymbolicLink()) return new FileProblem("link", file, "is a symbolic link");
  return new FileProblem("special", file, wordsForSpecial(state));
}

export function tooLarge(file: string, limit: number): FileProblem {
  return new FileProblem("too-large", file, `is larger than ${formatLimit(limit)}`);
}

/** Errors that speak of this process and not of the file are thrown again. */
export function problemOfError(error: unknown, file: string): FileProblem {
  if (error instanceof FileProblem) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return new FileProblem("missing", file, "does not exist");
    case "EISDIR":
      return new FileProblem("folder", file, "is a folder");
    case "EACCES":
    case "EPERM":
      return new FileProblem("denied", file, "may not be read");
    case "ELOOP":
      return new FileProblem("link", file, "is a symbolic link that leads nowhere or must not be followed");
    case "ENXIO":
      return new FileProblem("special", file, "is a socket or a device");
    case undefined:
    case "ABORT_ERR":
    case "EMFILE":
    case "ENFILE":
    case "ENOMEM":
      throw error;
    default:
      return new FileProblem("other", file, `cannot be read (${message})`);
  }
}

function wordsForSpecial(state: Stats): string {
  if (state.isFIFO()) return "is a named pipe";
  return state.isSocket() ? "is a socket" : "is a device";
}

function formatLimit(bytes: number): string {
  const mebibytes = bytes / 1024 ** 2;
  return mebibytes >= 1 ? `${mebibytes} MiB` : `${bytes / 1024} KiB`;
}
