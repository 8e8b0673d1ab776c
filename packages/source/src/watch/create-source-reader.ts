// Reads sources again and again, as watching does, and keeps the results: unchanged files are not read again. The
// result equals that of readSources.
import { lstatSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { failed, type Result, type SourceReader, type SourceSnapshot, success, type Target } from "@sti/core";
import pLimit from "p-limit";
import { createDigestCache } from "../disk/digest-cache.ts";
import { createDiskView } from "../disk/disk-view.ts";
import { createLocate } from "../disk/locate.ts";
import { type IgnorePatterns, readIgnorePatterns, ruleFilesOf } from "../ignore/read-ignore-patterns.ts";
import { type CachedFolder, cacheFolder } from "../snapshot/cached-folder.ts";
import {
  patternsKey,
  type ReadSourcesOptions,
  shareMatchers,
  TARGETS_AT_ONCE,
} from "../snapshot/read-sources.ts";
import { type Reading, readTarget } from "../snapshot/read-target.ts";
import type { FolderSnapshot } from "../snapshot/snapshot-folder.ts";
import type { Workspace } from "../workspace/read-workspace.ts";
import { pathBelow } from "./watch-plan.ts";

export interface CachedSourceReader extends SourceReader {
  /** Reads every byte again: the content sent did not match its digest. */
  readAgain(target: Target): Promise<Result<SourceSnapshot>>;
  /** Writes the digests that are remembered between sessions. Never rejects for want of a place. */
  save(): Promise<void>;
}

/** `options`: as those of the read before, with its `fetched`, so that branches stay where they were. */
export function createSourceReader(options: Omit<ReadSourcesOptions, "distrust">): CachedSourceReader {
  const { digests = createDigestCache(options.directory), directory } = options;
  const known: Known = {
    folders: new Map(),
    others: new Map(),
    patterns: new Map(),
    workspaces: new Map(),
    fetched: options.fetched ?? new Map(),
    matcherFor: shareMatchers(),
    used: new Map(),
  };
  const limit = pLimit(TARGETS_AT_ONCE);
  let turn = 0;
  let isTurnOver: Promise<void> | undefined;
  const read = async (target: Target, request: Request): Promise<Result<SourceSnapshot>> => {
    const { distrust } = request;
    const view = createDiskView({ digests, distrust, signal: options.signal });
    const reading = createReading(known, { target, request, view, options });
    const found = await readTarget(target, reading);
    dropUnused(known, target, reading.used);
    return "snapshot" in found ? success(found.snapshot) : failed(found.failures);
  };
  /** Requests for everything within one turn share one reading, after all have asked. */
  const readEverything = async (target: Target): Promise<Result<SourceSnapshot>> => {
    isTurnOver ??= setImmediate().then(() => {
      isTurnOver = undefined;
      turn += 1;
      known.workspaces.clear();
    });
    await isTurnOver;
    const request = { changed: undefined, turn, distrust: false };
    return await limit(() => read(target, request));
  };
  return {
    read: async (target, changed) => {
      const used = known.used.get(target.name);
      const paths = changed === "everything" ? [] : changed.map((path) => resolve(directory, path));
      // A path outside of everything read for the target may be a link on the way, a manifest, anything.
      if (
        changed === "everything" ||
        used === undefined ||
        !paths.every((path) => covers(known, used, path))
      ) {
        return await readEverything(target);
      }
      forget(known, paths);
      return await read(target, { changed: paths, turn: undefined, distrust: false });
    },
    readAgain: (target) => {
      turn += 1;
      known.workspaces.clear();
      return read(target, { changed: undefined, turn, distrust: true });
    },
    save: () => digests.write(),
  };
}

interface Known extends Pick<Reading, "fetched" | "workspaces" | "matcherFor"> {
  readonly folders: Map<string, { readonly root: string; readonly folder: CachedFolder; turn: number }>;
  /** Archives, files and commits. `file`: undefined for a commit, which never changes. */
  readonly others: Map<
    string,
    { readonly file: string | undefined; readonly read: Promise<FolderSnapshot>; readonly turn: number }
  >;
  /** `files`: those that they are, or would be, read from, absolute. */
  readonly patterns: Map<
    string,
    { readonly files: readonly string[]; readonly read: IgnorePatterns; readonly turn: number }
  >;
  readonly workspaces: Map<string, Promise<Workspace>>;
  /** Keys of folders and others, by the target that was last read from them. */
  readonly used: Map<string, ReadonlySet<string>>;
}

interface Request {
  /** Absolute; undefined when it is not known what changed. */
  readonly changed: readonly string[] | undefined;
  /** Nothing that was read before this turn counts. */
  readonly turn: number | undefined;
  readonly distrust: boolean;
}

function createReading(
  known: Known,
  {
    options,
    request,
    target,
    view,
  }: {
    readonly options: Omit<ReadSourcesOptions, "distrust">;
    readonly request: Request;
    readonly target: Target;
    readonly view: Reading["view"];
  },
): Reading & { readonly used: ReadonlySet<string> } {
  const { changed, turn = 0 } = request;
  const { signal } = options;
  const used = new Set<string>();
  return {
    ...options,
    env: options.env ?? {},
    used,
    view,
    locate: createLocate(),
    fetched: known.fetched,
    workspaces: known.workspaces,
    matcherFor: known.matcherFor,
    patternsFor: (root) => {
      const key = JSON.stringify(patternsKey(root, target));
      const before = known.patterns.get(key);
      if (before !== undefined && before.turn >= turn) return before.read;
      const read = readIgnorePatterns(root, { target, view });
      known.patterns.set(key, { files: placesOf(root, ruleFilesOf(target)), read, turn });
      return read;
    },
    readFolder: async (root, matcher, what) => {
      const key = JSON.stringify(["folder", what]);
      used.add(key);
      const entry = known.folders.get(key) ?? { root, folder: cacheFolder(root, matcher), turn: 0 };
      known.folders.set(key, entry);
      const inside =
        changed === undefined && entry.turn < turn
          ? undefined
          : (changed ?? []).flatMap((path) => pathBelow(root, path) ?? []);
      entry.turn = Math.max(entry.turn, turn);
      return await entry.folder.read(inside, { view, signal });
    },
    readOther: async (place, what, read) => {
      const key = JSON.stringify(["other", what]);
      used.add(key);
      const file = "file" in place ? place.file : undefined;
      const before = known.others.get(key);
      if (before !== undefined && (file === undefined || before.turn >= turn)) return await before.read;
      const reading = read();
      known.others.set(key, { file, read: reading, turn });
      const found = await reading.catch((error: unknown) => {
        known.others.delete(key);
        throw error;
      });
      if ("problems" in found) known.others.delete(key);
      return found;
    },
  };
}

/** Whether the effect of a change there is known for a target that was read from these. */
function covers(known: Known, used: ReadonlySet<string>, path: string): boolean {
  for (const key of used) {
    const folder = known.folders.get(key);
    // The folder itself may be something else now.
    if (folder !== undefined && folder.root !== path && pathBelow(folder.root, path) !== undefined)
      return true;
    if (known.others.get(key)?.file === path) return true;
  }
  return false;
}

/** Forgets all that these paths may have changed, except folders, which check for themselves. */
function forget(known: Known, paths: readonly string[]): void {
  const isTouched = (file: string) => paths.some((path) => pathBelow(path, file) !== undefined);
  for (const [key, { file }] of known.others) {
    if (file !== undefined && isTouched(file)) known.others.delete(key);
  }
  for (const [key, { files }] of known.patterns) if (files.some(isTouched)) known.patterns.delete(key);
  if (!paths.every(isPlainFile)) known.workspaces.clear();
}

/** Neither a manifest or lockfile, nor a folder that may have or have had one. */
function isPlainFile(path: string): boolean {
  if (/\.(?:json|ya?ml|lock)$/.test(path)) return false;
  try {
    return lstatSync(path).isFile();
  } catch {
    return false; // not there, or below a path that is no folder any more
  }
}

/** With where they are if they are links. */
function placesOf(root: string, names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    const file = resolve(root, name);
    try {
      return [file, realpathSync.native(file)];
    } catch {
      return [file]; // not there: it may come
    }
  });
}

function dropUnused(known: Known, target: Target, used: ReadonlySet<string>): void {
  const before = known.used.get(target.name);
  known.used.set(target.name, used);
  const isGone = (key: string) => [...known.used.values()].every((keys) => !keys.has(key));
  for (const key of before ?? []) {
    if (used.has(key) || !isGone(key)) continue;
    known.folders.delete(key);
    known.others.delete(key);
  }
}
