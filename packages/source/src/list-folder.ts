// Walks a folder and says what is in it, ignore rules applied. Opens no file and follows no link.
import { isUtf8 } from "node:buffer";
import { type Dirent, readdir, readlink } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { IgnoreMatcher } from "./ignore.ts";
import { classifyFileError, openFiles } from "./open-file.ts";

export interface FolderListing {
  /** Relative, "/"-separated, in no order. Every parent of every entry is among the directories. */
  readonly directories: readonly string[];
  readonly files: readonly string[];
  readonly links: readonly { readonly path: string; readonly linkTarget: string }[];
  /** Pipes, sockets and devices. */
  readonly special: readonly string[];
  readonly unreadable: readonly string[];
  /** Names and link targets that are not UTF-8, escaped. */
  readonly invalid: readonly string[];
  /** Something that vanished during the walk. */
  readonly gone: string | undefined;
}

export async function listFolder(
  root: string,
  matcher: IgnoreMatcher,
  signal: AbortSignal | undefined,
): Promise<FolderListing> {
  const walk: Walk = {
    root,
    matcher,
    directories: new Set(),
    files: [],
    links: [],
    special: [],
    unreadable: [],
    invalid: [],
    gone: undefined,
  };
  let level: readonly string[] = [""];
  while (level.length > 0) {
    signal?.throwIfAborted();
    const below = await Promise.all(
      level.map((directory) => openFiles(() => listDirectory(walk, directory))),
    );
    level = below.flat();
  }
  for (const path of [...walk.files, ...walk.links.map((link) => link.path), ...walk.directories]) {
    addParents(walk.directories, path);
  }
  return { ...walk, directories: [...walk.directories] };
}

interface Walk {
  readonly root: string;
  readonly matcher: IgnoreMatcher;
  readonly directories: Set<string>;
  readonly files: string[];
  readonly links: { readonly path: string; readonly linkTarget: string }[];
  readonly special: string[];
  readonly unreadable: string[];
  readonly invalid: string[];
  gone: string | undefined;
}

const readdirAsync = promisify(readdir) as unknown as (
  path: string,
  options: { readonly withFileTypes: true; readonly encoding: "buffer" },
) => Promise<Dirent<Buffer>[]>;
const readlinkAsync = promisify(readlink) as unknown as (
  path: string,
  options: { readonly encoding: "buffer" },
) => Promise<Buffer>;

/** Sorts one directory's entries into the walk, and answers the directories to walk next. */
async function listDirectory(walk: Walk, directory: string): Promise<readonly string[]> {
  // Names as bytes: as text, a name that is not UTF-8 would be one that does not exist.
  const entries = await attempt(walk, directory, (path) =>
    readdirAsync(path, { withFileTypes: true, encoding: "buffer" }),
  );
  const next: string[] = [];
  for (const entry of entries ?? []) {
    const path = directory === "" ? entry.name.toString() : `${directory}/${entry.name.toString()}`;
    const ignored = walk.matcher.ignores(path);
    if (ignored && !(entry.isDirectory() && walk.matcher.mayIncludeBelow(path))) continue;
    if (!isUtf8(entry.name)) walk.invalid.push(join(walk.root, directory, escapeBytes(entry.name)));
    else if (entry.isFile()) walk.files.push(path);
    else if (entry.isDirectory()) {
      if (!ignored) walk.directories.add(path);
      next.push(path);
    } else if (entry.isSymbolicLink()) await addLink(walk, path);
    else walk.special.push(join(walk.root, path));
  }
  return next;
}

async function addLink(walk: Walk, path: string): Promise<void> {
  const target = await attempt(walk, path, (link) => readlinkAsync(link, { encoding: "buffer" }));
  if (target === undefined) return;
  if (isUtf8(target)) walk.links.push({ path, linkTarget: target.toString() });
  else walk.invalid.push(`${join(walk.root, path)} -> ${escapeBytes(target)}`);
}

async function attempt<Value>(
  walk: Walk,
  path: string,
  operation: (absolute: string) => Promise<Value>,
): Promise<Value | undefined> {
  const absolute = join(walk.root, path);
  try {
    return await operation(absolute);
  } catch (error) {
    if (classifyFileError(error) === "gone") walk.gone ??= absolute;
    else walk.unreadable.push(absolute);
    return undefined;
  }
}

/** An ignored directory is there after all when something in it is. */
function addParents(directories: Set<string>, path: string): void {
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
    const parent = path.slice(0, slash);
    if (directories.has(parent)) return;
    directories.add(parent);
  }
}

function escapeBytes(bytes: Buffer): string {
  return [...bytes]
    .map((byte) =>
      byte >= 0x20 && byte < 0x7f && byte !== 0x5c
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).padStart(2, "0")}`,
    )
    .join("");
}
