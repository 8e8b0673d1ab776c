// Lists the entries of a folder on disk that belong to a source: ignore rules applied, sorted by kind. Opens no file
// and follows no link.
import { join } from "node:path";
import { type DiskEntry, type DiskProblem, type DiskView, pathOf } from "../disk/disk-view.ts";
import type { IgnoreMatcher } from "../ignore/ignore.ts";

export interface FolderListing {
  /** Relative, "/"-separated, in no order. Every parent of every entry is among the directories. */
  readonly directories: readonly string[];
  readonly files: readonly ListedFile[];
  readonly links: readonly { readonly path: string; readonly linkTarget: string }[];
  /** Pipes, sockets and devices. */
  readonly special: readonly string[];
  readonly unreadable: readonly string[];
  /** Names and link targets that are not UTF-8, escaped. */
  readonly invalid: readonly string[];
  /** Something that vanished during the walk. */
  readonly gone: string | undefined;
}

export interface ListedFile {
  readonly path: string;
  readonly entry: DiskEntry;
}

/** Rejects only with the reason of the view's signal. `start`: a folder of it, relative, if not all is to be listed. */
export async function listFolder(
  root: string,
  matcher: IgnoreMatcher,
  view: DiskView,
  start = "",
): Promise<FolderListing> {
  const walk: Walk = {
    root,
    matcher,
    view,
    directories: new Set(),
    files: [],
    links: [],
    special: [],
    unreadable: [],
    invalid: [],
    gone: undefined,
  };
  const waiting = [start];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    if (view.slices.isOver()) await view.slices.rest();
    for (const below of listDirectory(walk, directory)) waiting.push(below);
  }
  for (const { path } of [...walk.files, ...walk.links]) addParents(walk.directories, path);
  for (const path of [...walk.directories]) addParents(walk.directories, path);
  return { ...walk, directories: [...walk.directories] };
}

interface Walk {
  readonly root: string;
  readonly matcher: IgnoreMatcher;
  readonly view: DiskView;
  readonly directories: Set<string>;
  readonly files: ListedFile[];
  readonly links: { readonly path: string; readonly linkTarget: string }[];
  readonly special: string[];
  readonly unreadable: string[];
  readonly invalid: string[];
  gone: string | undefined;
}

/** Sorts one directory's entries into the walk, and answers the directories to walk next. */
function listDirectory(walk: Walk, directory: string): readonly string[] {
  const absolute = join(walk.root, directory);
  const entries = walk.view.list(absolute);
  if ("problem" in entries) {
    addProblem(walk, absolute, entries);
    return [];
  }
  const next: string[] = [];
  for (const entry of entries) {
    const path = directory === "" ? entry.name : `${directory}/${entry.name}`;
    const ignored = walk.matcher.ignores(path);
    if (ignored && !(entry.kind === "directory" && walk.matcher.mayIncludeBelow(path))) continue;
    if (entry.invalid !== undefined) walk.invalid.push(join(absolute, entry.invalid));
    else if (entry.kind === "file") walk.files.push({ path, entry });
    else if (entry.kind === "directory") {
      if (!ignored) walk.directories.add(path);
      next.push(path);
    } else if (entry.kind === "link") addLink(walk, path, entry);
    else walk.special.push(pathOf(entry));
  }
  return next;
}

function addLink(walk: Walk, path: string, entry: DiskEntry): void {
  const read = walk.view.linkTarget(entry);
  if ("problem" in read) addProblem(walk, pathOf(entry), read);
  else if (read.invalid) walk.invalid.push(`${pathOf(entry)} -> ${read.target}`);
  else walk.links.push({ path, linkTarget: read.target });
}

function addProblem(walk: Walk, absolute: string, { problem }: DiskProblem): void {
  if (problem === "gone") walk.gone ??= absolute;
  else walk.unreadable.push(absolute);
}

/** An ignored directory is there after all when something in it is. */
function addParents(directories: Set<string>, path: string): void {
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
    const parent = path.slice(0, slash);
    if (directories.has(parent)) return;
    directories.add(parent);
  }
}
