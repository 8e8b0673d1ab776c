// A folder that was read and is read again: only changes are inspected. Any other case is read as a whole.
import { lstatSync, type Stats } from "node:fs";
import { join } from "node:path";
import type { SourceEntry, SourceSnapshot } from "@sti/core";
import { entryOf } from "../disk/digest-file.ts";
import type { DiskView } from "../disk/disk-view.ts";
import { classifyFileError } from "../disk/open-file.ts";
import type { IgnoreMatcher } from "../ignore/ignore.ts";
import { createEntryList, type EntryList } from "./entry-list.ts";
import { listFolder } from "./list-folder.ts";
import { type FolderSnapshot, MOST_BYTES, snapshotFolder } from "./snapshot-folder.ts";

export interface CachedFolder {
  /** `changed`: paths in the folder, "/"-separated, "" for itself; undefined when that is not known. */
  read(
    changed: readonly string[] | undefined,
    options: { readonly view: DiskView; readonly signal: AbortSignal | undefined },
  ): Promise<FolderSnapshot>;
}

export function cacheFolder(root: string, matcher: IgnoreMatcher): CachedFolder {
  let cached: { readonly snapshot: SourceSnapshot; readonly entries: EntryList } | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const read: CachedFolder["read"] = async (changed, { view, signal }) => {
    if (cached !== undefined && changed?.length === 0) return cached;
    const before = cached;
    // Until it is known to be right.
    cached = undefined;
    if (before !== undefined && changed !== undefined) {
      const folder = { root, matcher, view, entries: before.entries, looked: new Map() };
      const differs = await update(folder, changed);
      if (differs !== "odd") {
        cached = differs ? { ...before, snapshot: snapshotOf(root, before.entries) } : before;
        return cached;
      }
    }
    const whole = await snapshotFolder(root, matcher, signal, { view });
    if ("problems" in whole) return whole;
    const { snapshot } = whole;
    // The cached entries are unchanged if everything was to be read anyway.
    if (changed === undefined && before?.snapshot.digest === snapshot.digest) cached = before;
    else {
      cached = { snapshot, entries: createEntryList(snapshot.entries) };
      // The first change is not to wait for what hashing needs of all that did not change.
      cached.entries.digest();
    }
    return cached;
  };
  return {
    read: async (changed, options) => {
      const next = last.then(() => read(changed, options));
      last = next.catch(() => undefined);
      const found = await next;
      return "snapshot" in found ? { snapshot: found.snapshot } : found;
    },
  };
}

function snapshotOf(root: string, entries: EntryList): SourceSnapshot {
  return {
    origin: { kind: "folder", root },
    entries: entries.toArray(),
    digest: entries.digest(),
    size: entries.size,
  };
}

interface Updated {
  readonly root: string;
  readonly matcher: IgnoreMatcher;
  readonly view: DiskView;
  readonly entries: EntryList;
  /** Results for the places that were inspected. */
  readonly looked: Map<string, Stats | undefined>;
}

/** Whether anything changed; "odd" if only reading all of it can answer that. */
async function update(folder: Updated, changed: readonly string[]): Promise<boolean | "odd"> {
  let differs = false;
  const done = new Set<string>();
  try {
    // Folders come before their entries.
    for (const path of [...changed].sort()) {
      if (path === "" || path.includes("\uFFFD")) return "odd";
      const place = findPlace(folder, path);
      if (place === undefined || done.has(place) || parentsOf(place).some((above) => done.has(above)))
        continue;
      const updated = await updatePlace(folder, place);
      if (updated === "odd") return "odd";
      if (updated.isWhole) done.add(place);
      differs ||= updated.differs;
    }
  } catch (error) {
    classifyFileError(error);
    return "odd";
  }
  const isEmpty = folder.entries.size === 0 && folder.entries.toArray().length === 0;
  return isEmpty || folder.entries.size > MOST_BYTES ? "odd" : differs;
}

/** The path itself, or the first on the way to it that is no folder; undefined if it is ignored with its folder. */
function findPlace(folder: Updated, path: string): string | undefined {
  for (const above of [...parentsOf(path)].reverse()) {
    if (look(folder, above)?.isDirectory() !== true) return above;
    if (folder.matcher.ignores(above) && !folder.matcher.mayIncludeBelow(above)) return undefined;
  }
  return path;
}

type UpdatedPlace = {
  readonly differs: boolean;
  /** All below is up to date, too. */
  readonly isWhole: boolean;
};

async function updatePlace(folder: Updated, path: string): Promise<UpdatedPlace | "odd"> {
  const { entries, matcher } = folder;
  const state = look(folder, path);
  if (state?.isDirectory() === true) return await updateFolder(folder, path);
  let differs = entries.hasBelow(path);
  entries.deleteBelow(path);
  const now = state === undefined || matcher.ignores(path) ? undefined : await readEntry(folder, path, state);
  if (now === "odd") return "odd";
  const before = entries.get(path);
  if (!isSame(before, now)) {
    differs = true;
    if (now === undefined) entries.delete(path);
    else entries.set(now);
  }
  if (differs) updateParents(folder, path);
  return { differs, isWhole: true };
}

async function updateFolder(folder: Updated, path: string): Promise<UpdatedPlace | "odd"> {
  const { entries, matcher, root, view } = folder;
  const ignored = matcher.ignores(path);
  if (ignored && !matcher.mayIncludeBelow(path)) {
    const differs = entries.get(path) !== undefined || entries.hasBelow(path);
    entries.delete(path);
    entries.deleteBelow(path);
    if (differs) updateParents(folder, path);
    return { differs, isWhole: true };
  }
  const listing = await listFolder(root, matcher, view, path);
  const { directories, files, gone, invalid, links, special, unreadable } = listing;
  if (gone !== undefined || invalid.length + special.length + unreadable.length > 0) return "odd";
  const found: SourceEntry[] = [];
  for (const { entry, path } of files) {
    const read = await view.digest(entry, MOST_BYTES);
    if (read.kind !== "read") return "odd";
    found.push(entryOf(read, path));
  }
  for (const link of links) found.push({ kind: "symlink", ...link });
  for (const name of directories) {
    if (name.startsWith(`${path}/`)) found.push({ kind: "directory", path: name });
  }
  if (!ignored || found.length > 0) found.push({ kind: "directory", path });
  entries.delete(path);
  entries.deleteBelow(path);
  for (const entry of found) entries.set(entry);
  updateParents(folder, path);
  return { differs: true, isWhole: true };
}

async function readEntry(folder: Updated, path: string, state: Stats): Promise<SourceEntry | "odd"> {
  const { root, view } = folder;
  const file = view.file(join(root, path));
  if (state.isSymbolicLink()) {
    const target = view.linkTarget(file);
    return "problem" in target || target.invalid
      ? "odd"
      : { kind: "symlink", path, linkTarget: target.target };
  }
  const read = state.isFile() ? await view.digest(file, MOST_BYTES) : undefined;
  return read?.kind === "read" ? entryOf(read, path) : "odd";
}

/** An ignored folder is there for the sake of its entries. */
function updateParents({ entries, matcher }: Updated, path: string): void {
  for (const parent of parentsOf(path)) {
    const belongs = !matcher.ignores(parent) || entries.hasBelow(parent);
    const isThere = entries.get(parent)?.kind === "directory";
    if (belongs && !isThere) entries.set({ kind: "directory", path: parent });
    else if (!belongs && isThere) entries.delete(parent);
  }
}

function look({ root, looked }: Updated, path: string): Stats | undefined {
  if (looked.has(path)) return looked.get(path);
  let state: Stats | undefined;
  try {
    state = lstatSync(join(root, path));
  } catch (error) {
    if (classifyFileError(error) === "unreadable") throw error;
  }
  looked.set(path, state);
  return state;
}

/** Nearest first, without the root. */
function parentsOf(path: string): readonly string[] {
  const found: string[] = [];
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
    found.push(path.slice(0, slash));
  }
  return found;
}

function isSame(a: SourceEntry | undefined, b: SourceEntry | undefined): boolean {
  if (a === undefined || b === undefined || a.kind !== b.kind) return a === b;
  switch (a.kind) {
    case "directory":
      return true;
    case "file":
      return b.kind === "file" && a.digest === b.digest && a.executable === b.executable;
    case "symlink":
      return b.kind === "symlink" && a.linkTarget === b.linkTarget;
    default:
      return a satisfies never;
  }
}
