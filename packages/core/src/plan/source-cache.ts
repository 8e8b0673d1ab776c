// The source cache of an app in an engine, and the decision whether a build is sent only the changed files. Pure.
// execute/fill-source-cache.ts fills it, source-check.ts proves it.
import type { EngineDescription } from "../engine/engine.ts";
import type { ChangedFiles, Owner, SourceEntry, SourceSnapshot } from "../source/source.ts";
import type { SourceFiles } from "./build-record.ts";
import { fingerprint } from "./source-files.ts";

/** The stored facts about an app's source cache. */
export interface SourceCacheRecord {
  /** Undefined where none could be kept, or used. */
  readonly kept: (Omit<SourceCache, "folder" | "files"> & { readonly source: string }) | undefined;
  /** The part that could not do it: `refusalOfImage` or `refusalOfEngine`. */
  readonly refusedBy?: string | undefined;
}

/** A source cache that its engine still has. Nothing in it has changed since it was filled, or it is not used. */
export interface SourceCache {
  /** The volume's name. */
  readonly volume: string;
  /** The volume's folder on the engine's machine. */
  readonly folder: string;
  /** Time of its last write, by the clock of the file system it is on, as the engine writes times. */
  readonly sealedAt: string;
  readonly files: SourceFiles;
  readonly owner: Owner;
  /** The files' time, seconds since 1970. */
  readonly time: number;
}

/** Facts for the plan of a build whose source may be cached. */
export interface SourceCacheFacts {
  /** Of the config: source caches of others are not touched. */
  readonly project: string;
  readonly base: SourceCache | undefined;
  readonly refusedBy: string | undefined;
}

/** Differences of a source from its cached one. */
export interface SourceChanges {
  /** The entries that are sent, with the folders above them. */
  readonly sent: ReadonlySet<string>;
  /** Number of those that the cached source lacks, or has otherwise. */
  readonly changed: number;
  /** Entries that only the cached source has; of a folder, only itself. */
  readonly removed: readonly string[];
  /** Folders that something is removed from, and the time they get: seconds since 1970. */
  readonly touched: readonly { readonly path: string; readonly time: number }[];
}

/** The delivery of a source to a build's container. */
export type Delivery =
  | {
      readonly kind: "whole";
      /** The reason, where it is worth reporting. */
      readonly note?: string | undefined;
    }
  | {
      readonly kind: "changes";
      /** Undefined: it is filled first. */
      readonly base: SourceCache | undefined;
      readonly project: string;
      readonly changes: SourceChanges;
    };

/** Below these, sending all is as quick. */
const LEAST_FILES = 200;
const LEAST_BYTES = 4 * 2 ** 20;
/** A larger part of the source than this is not sent again with each build: a new one is kept instead. */
const LARGEST_SHARE = 1 / 10;
/** The cost of sending a file, in bytes that take as long. */
const FILE_COST = 16 * 1024;

export function decideDelivery(
  source: {
    readonly snapshot: SourceSnapshot;
    readonly owner: Owner;
    /** Seconds since 1970. */
    readonly time: number;
    readonly changed: ChangedFiles | undefined;
    readonly buildImageId: string;
    readonly engine: EngineDescription | undefined;
  },
  cache: SourceCacheFacts | undefined,
): Delivery {
  const { changed, engine, snapshot } = source;
  const files = snapshot.entries.filter((entry) => entry.kind === "file").length;
  if (cache === undefined || (files < LEAST_FILES && snapshot.size < LEAST_BYTES)) return { kind: "whole" };
  if (engine?.overlays !== true) return { kind: "whole", note: "the engine mounts no overlays" };
  if (cache.refusedBy === refusalOfEngine(engine))
    return { kind: "whole", note: "the engine could not mount one" };
  if (cache.refusedBy === refusalOfImage(source.buildImageId)) {
    return { kind: "whole", note: "the build image cannot check a kept one" };
  }
  if (changed?.paths === "all") return { kind: "whole" };
  const { project } = cache;
  const base = cache.base !== undefined && fits(cache.base, source) ? cache.base : undefined;
  if (base !== undefined) {
    const changes = compareSource(base.files, source);
    if (costOf(changes, snapshot) <= costOfAll(snapshot) * LARGEST_SHARE) {
      return { kind: "changes", base, project, changes };
    }
  }
  return { kind: "changes", base: undefined, project, changes: compareSource(undefined, source) };
}

export function refusalOfImage(id: string): string {
  return `image ${id}`;
}

export function refusalOfEngine(engine: EngineDescription | undefined): string {
  return `engine ${engine?.version}`;
}

function fits(base: SourceCache, source: { readonly owner: Owner; readonly time: number }): boolean {
  const { owner, time } = source;
  return base.time === time && base.owner.uid === owner.uid && base.owner.gid === owner.gid;
}

/** `files`: those of the source cache; undefined where it will be the snapshot. */
function compareSource(
  files: SourceFiles | undefined,
  source: Pick<Parameters<typeof decideDelivery>[0], "changed" | "snapshot" | "time">,
): SourceChanges {
  const { changed, snapshot } = source;
  const isChanged = (path: string) =>
    changed !== undefined && (changed.paths === "all" || changed.paths.has(path));
  const entries = new Map(snapshot.entries.map((entry) => [entry.path, entry]));
  const differing = snapshot.entries.filter(
    (entry) =>
      isChanged(entry.path) || (files !== undefined && printIn(files, entry.path) !== fingerprint(entry)),
  );
  const sent = new Set<string>();
  for (const { path } of differing) {
    for (let place = path; place !== "" && !sent.has(place); place = parentOf(place)) sent.add(place);
  }
  const isFolder = (path: string) => path === "" || entries.get(path)?.kind === "directory";
  const removed = Object.keys(files ?? {}).filter((path) => !entries.has(path) && isFolder(parentOf(path)));
  const touched = [...new Set(removed.map(parentOf))].map((path) => ({
    path,
    time: changed !== undefined && path !== "" && isChanged(path) ? changed.time : source.time,
  }));
  return { sent, changed: differing.length, removed, touched };
}

function printIn(files: SourceFiles, path: string): string | undefined {
  return Object.hasOwn(files, path) ? files[path] : undefined;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function costOfAll({ entries, size }: SourceSnapshot): number {
  return size + entries.length * FILE_COST;
}

function costOf({ removed, sent }: SourceChanges, snapshot: SourceSnapshot): number {
  const sizeOf = (entry: SourceEntry) => (entry.kind === "file" && sent.has(entry.path) ? entry.size : 0);
  const size = snapshot.entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  return size + (sent.size + removed.length) * FILE_COST;
}
