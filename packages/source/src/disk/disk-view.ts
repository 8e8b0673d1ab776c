// The disk as one read of sources sees it: each folder is listed once and each file inspected and read at most once, on
// first use, however many sources overlap there. list-folder.ts selects a source's entries.
import { isUtf8 } from "node:buffer";
import { type Dirent, readdirSync, readlinkSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import type { DigestCache, KnownFolder } from "./digest-cache.ts";
import { digestFile, digestSmallFile, type FileDigest, readFileOf } from "./digest-file.ts";
import { classifyFileError, type FileState, openFiles, SMALL_FILE, stateOfPath } from "./open-file.ts";
import { createSlices, type Slices } from "./slices.ts";

export interface DiskEntry {
  /** As text; a name that is not UTF-8 has substitutes in it. */
  readonly name: string;
  /** "special": pipes, sockets and devices. */
  readonly kind: "file" | "directory" | "link" | "special";
  /** The folder it is in, absolute. */
  readonly folder: string;
  /** The name escaped, where it is not UTF-8. */
  readonly invalid: string | undefined;
}

export interface DiskProblem {
  readonly problem: "gone" | "unreadable";
}

export interface LinkTarget {
  readonly target: string;
  /** It is not UTF-8, and escaped. */
  readonly invalid: boolean;
}

export interface DiskView {
  /** Lets callers with many requests pause. */
  readonly slices: Slices;
  /** Entries of a folder, in no order. All paths are absolute. */
  list(folder: string): readonly DiskEntry[] | DiskProblem;
  /** A file whose folder need not be listed. */
  file(path: string): DiskEntry;
  linkTarget(link: DiskEntry): LinkTarget | DiskProblem;
  /** An entry that is no longer a regular file counts as gone. */
  state(file: DiskEntry): FileState | DiskProblem;
  /**
   * Known, or read at once; a promise for a file that is not small. It rejects only with the signal's reason.
   * `mostBytes`: a larger file is not read.
   */
  digest(file: DiskEntry, mostBytes: number): FileDigest | Promise<FileDigest>;
  /** Entries at and below this path are read again. */
  forget(path: string): void;
}

export interface DiskViewOptions {
  /** Digests of earlier sessions. */
  readonly digests?: DigestCache | undefined;
  /** Read every file, also one that looks as it did. */
  readonly distrust?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Results are stored in the entry: with many files, a map beside them would cost more than the disk. */
interface SeenEntry extends DiskEntry {
  /** Undefined where nothing is remembered between sessions. */
  readonly known: KnownFolder | undefined;
  state: FileState | DiskProblem | undefined;
  digest: FileDigest | Promise<FileDigest> | undefined;
  target: LinkTarget | DiskProblem | undefined;
}

export function createDiskView(options: DiskViewOptions = {}): DiskView {
  const { digests, distrust = false, signal } = options;
  const listings = new Map<string, readonly SeenEntry[] | DiskProblem>();

  const stateOf = (file: SeenEntry) => {
    file.state ??= attempt(() => stateOfPath(pathOf(file)) ?? ({ problem: "gone" } as const));
    return file.state;
  };
  const digest = (file: SeenEntry, mostBytes: number): FileDigest | Promise<FileDigest> => {
    const state = stateOf(file);
    if ("problem" in state) return { kind: state.problem };
    const { known } = file;
    const content = distrust ? undefined : known?.find(file.name, state);
    if (content !== undefined) return readFileOf(state, content, 0);
    const keep = (found: FileDigest) => {
      if (found.kind === "read") known?.add(file.name, found);
      return found;
    };
    const path = pathOf(file);
    const atOnce = state.size <= SMALL_FILE ? digestSmallFile(path) : undefined;
    if (atOnce !== undefined && atOnce.kind !== "changed") return keep(atOnce);
    return openFiles(() => digestFile(path, signal, mostBytes)).then(keep);
  };
  return {
    slices: createSlices(signal),
    list: (folder) => {
      const known = listings.get(folder);
      if (known !== undefined) return known;
      const listed = attempt(() => listEntries(folder, digests?.folder(folder)));
      listings.set(folder, listed);
      return listed;
    },
    file: (path) => {
      const folder = dirname(path);
      const place = { folder, known: digests?.folder(folder) };
      return seenEntry(basename(path), { ...place, kind: "file", invalid: undefined });
    },
    linkTarget: (link) => {
      const seen = link as SeenEntry;
      seen.target ??= attempt(() => readLink(pathOf(seen)));
      return seen.target;
    },
    state: (file) => stateOf(file as SeenEntry),
    digest: (file, mostBytes) => {
      const seen = file as SeenEntry;
      seen.digest ??= digest(seen, mostBytes);
      return seen.digest;
    },
    forget: (path) => {
      for (const folder of listings.keys()) {
        if (folder === path || folder.startsWith(join(path, "/"))) listings.delete(folder);
      }
    },
  };
}

/** Not by `join`, which looks at every character: this is asked for each file. */
export function pathOf({ folder, name }: DiskEntry): string {
  return folder.endsWith(sep) ? folder + name : folder + sep + name;
}

export function escapeBytes(bytes: Buffer): string {
  return [...bytes]
    .map((byte) =>
      byte >= 0x20 && byte < 0x7f && byte !== 0x5c
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).padStart(2, "0")}`,
    )
    .join("");
}

function listEntries(folder: string, known: KnownFolder | undefined): readonly SeenEntry[] {
  let entries: readonly SeenEntry[];
  const texts = readdirSync(folder, { withFileTypes: true });
  if (!texts.some(({ name }) => name.includes(SUBSTITUTE))) {
    entries = texts.map((entry) =>
      seenEntry(entry.name, { folder, known, kind: kindOf(entry), invalid: undefined }),
    );
  } else {
    // A name that is not UTF-8 would, as text, be one that does not exist. To ask for bytes takes twice the time.
    entries = readdirSync(folder, { withFileTypes: true, encoding: "buffer" }).map((entry) => {
      const invalid = isUtf8(entry.name) ? undefined : escapeBytes(entry.name);
      return seenEntry(entry.name.toString(), { folder, known, kind: kindOf(entry), invalid });
    });
  }
  known?.retain(entries);
  return entries;
}

function seenEntry(
  name: string,
  { kind, folder, invalid, known }: Pick<SeenEntry, "kind" | "folder" | "invalid" | "known">,
): SeenEntry {
  return { name, kind, folder, invalid, known, state: undefined, digest: undefined, target: undefined };
}

/** Replacement of bytes that are no text. */
const SUBSTITUTE = "\uFFFD";

function kindOf(entry: Dirent | Dirent<Buffer>): DiskEntry["kind"] {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "directory";
  return entry.isSymbolicLink() ? "link" : "special";
}

function readLink(path: string): LinkTarget {
  const bytes = readlinkSync(path, { encoding: "buffer" });
  return isUtf8(bytes)
    ? { target: bytes.toString(), invalid: false }
    : { target: escapeBytes(bytes), invalid: true };
}

function attempt<Value>(operation: () => Value): Value | DiskProblem {
  try {
    return operation();
  } catch (error) {
    return { problem: classifyFileError(error) };
  }
}
