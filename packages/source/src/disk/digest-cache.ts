// Digests of files remembered with the state that the files had, so that a file that was not touched is not read again.
// A digest from here is a hint: sent content is compared with it. Losing the file costs only speed.
import { existsSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { type ClockLags, findClockLags } from "./clock-lag.ts";
import type { FileContent, ReadFile } from "./digest-file.ts";
import type { FileState } from "./open-file.ts";
import { createPrivateFiles } from "./private-files.ts";
import type { PrivateFolder } from "./private-folder.ts";
import { DIGEST, parseStored, printStored, type StoredFolder } from "./stored-digests.ts";

export interface DigestCache {
  /** Known digests of the files of one folder, absolute. Reads the disk the first time. */
  folder(path: string): KnownFolder;
  /** Whether a file had to be read: something is not as it was in the last session. */
  hasRead(): boolean;
  /** Replaces the file as a whole, where something new is to be remembered. Never rejects for want of a place. */
  write(): Promise<void>;
}

export interface KnownFolder {
  /** The content of a file in this state; undefined when it has to be read. */
  find(name: string, state: FileState): FileContent | undefined;
  add(name: string, read: ReadFile): void;
  /** Declares the folder's files: all others are forgotten with the next write. */
  retain(entries: readonly { readonly name: string }[]): void;
}

/** Number of remembered files, bounded for the time of reading them: 100 bytes each. */
const MOST_FILES = 500_000;

const FILE = "digests.json";
/** Bytes: twice of what so many files take. */
const LARGEST = 2 * 100 * MOST_FILES;

/**
 * `directory`: the project's folder, absolute; in the file, paths are relative to it. `folder`: what is remembered of
 * the project is in there; left out: nothing is.
 */
export function createDigestCache(directory: string, folder?: PrivateFolder): DigestCache {
  const files = folder === undefined ? undefined : createPrivateFiles(folder, LARGEST);
  const below = join(directory, sep);
  const user = process.geteuid?.() ?? 0;
  const opened = new Map<string, OpenedFolder>();
  let stored: ReadonlyMap<string, StoredFolder> | undefined;
  let hasNews = false;
  let hasRead = false;
  const read = () => {
    stored ??= parseStored(files?.read(FILE), user);
    return stored;
  };
  return {
    folder: (path) => {
      const name = path.startsWith(below) ? path.slice(below.length) : relative(directory, path);
      const known =
        opened.get(name) ??
        openFolder(read().get(name), (isNews) => {
          hasRead = true;
          hasNews ||= isNews;
        });
      opened.set(name, known);
      return known;
    },
    hasRead: () => hasRead,
    write: async () => {
      if (!hasNews || files === undefined) return;
      hasNews = false;
      try {
        await files.write(FILE, async (made) => {
          const devices = [...opened].flatMap(([path, known]) =>
            known.devices().map((device) => [device, resolve(directory, path)] as const),
          );
          const lags = await findClockLags(new Map(devices), made);
          const kept = keptFolders(directory, { opened, stored: read(), lags });
          return printStored(kept, user);
        });
      } catch (error) {
        // A folder that cannot be written, a full disk: the next session reads the files again.
        if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      }
    },
  };
}

interface OpenedFolder extends KnownFolder {
  /** Devices that files were read from in this session. */
  devices(): readonly number[];
  /** Entries that can be trusted when the clocks of file systems may be behind this machine's. */
  entries(lags: ClockLags): readonly Entry[];
}

/** Whether a file is executable is seen each time. */
type KnownState = Omit<FileState, "executable">;
type Entry = KnownState & FileContent & { readonly name: string };

/** `onRead` gets whether the result is to be remembered. */
function openFolder(stored: StoredFolder | undefined, onRead: (isNews: boolean) => void): OpenedFolder {
  const indexes = new Map(stored?.names.map((name, index) => [name, index]));
  const added = new Map<string, ReadFile>();
  let present: readonly { readonly name: string }[] | undefined;
  return {
    find: (name, state) => {
      const read = added.get(name);
      if (read !== undefined && isSame(read.state, state)) return read.content;
      const index = indexes.get(name);
      if (stored === undefined || index === undefined) return undefined;
      return isSame(stateAt(stored, index), state) ? contentAt(stored, index) : undefined;
    },
    add: (name, read) => {
      const isNews = isReliable(read, 0);
      if (isNews) added.set(name, read);
      onRead(isNews);
    },
    retain: (entries) => {
      present = entries;
    },
    devices: () => [...new Set([...added.values()].map(({ state }) => state.device))],
    entries: (lags) => {
      const names = new Set(present?.map(({ name }) => name) ?? indexes.keys());
      return [
        ...[...added].flatMap(([name, read]) =>
          isReliable(read, lags.get(read.state.device) ?? 0)
            ? [{ ...read.state, ...read.content, name }]
            : [],
        ),
        ...[...indexes].flatMap(([name, index]) =>
          stored === undefined || added.has(name) || !names.has(name)
            ? []
            : [{ ...stateAt(stored, index), ...contentAt(stored, index), name }],
        ),
      ];
    },
  };
}

/** Times of a file system that keeps seconds are older than the real ones by up to this, in milliseconds. */
const SECONDS = 2000;
/** The same of all others: a tick of the kernel's clock is at most 10. */
const TICK = 20;

/**
 * A file that changes twice within its file system's smallest unit of time looks the same after both. So a digest
 * counts only if the file had not changed for longer than that when its bytes began to be read: whatever changed it
 * later gave it another time.
 */
function isReliable({ readAt, state }: ReadFile, lag: number): boolean {
  const unit = state.ctimeMs % 1000 === 0 ? SECONDS : TICK;
  return Math.max(state.ctimeMs, state.mtimeMs) + unit + lag < readAt;
}

/** Folders that were not read in this session are kept as long as they exist. */
function* keptFolders(
  directory: string,
  known: {
    readonly opened: ReadonlyMap<string, OpenedFolder>;
    readonly stored: ReadonlyMap<string, StoredFolder>;
    readonly lags: ClockLags;
  },
): Generator<readonly [string, StoredFolder]> {
  let left = MOST_FILES;
  const isThere = (path: string) => existsSync(resolve(directory, path));
  for (const [path, folder] of known.opened) {
    if (!isThere(path)) continue;
    const entries = folder.entries(known.lags);
    left -= entries.length;
    if (left < 0) return;
    if (entries.length > 0) yield [path, toColumns(entries)];
  }
  for (const [path, folder] of known.stored) {
    if (known.opened.has(path) || !isThere(path)) continue;
    left -= folder.names.length;
    if (left < 0) return;
    yield [path, folder];
  }
}

function toColumns(entries: readonly Entry[]): StoredFolder {
  return {
    names: entries.map((entry) => entry.name),
    sizes: entries.map((entry) => entry.size),
    mtimes: entries.map((entry) => entry.mtimeMs),
    ctimes: entries.map((entry) => entry.ctimeMs),
    devices: entries.map((entry) => entry.device),
    inodes: entries.map((entry) => entry.inode),
    digests: entries.map((entry) => entry.digest).join(""),
    lfsPointers: entries.flatMap((entry) => (entry.isLfsPointer ? [entry.name] : [])),
  };
}

function isSame(a: KnownState, b: KnownState): boolean {
  return (
    a.ctimeMs === b.ctimeMs &&
    a.mtimeMs === b.mtimeMs &&
    a.size === b.size &&
    a.inode === b.inode &&
    a.device === b.device
  );
}

function stateAt(stored: StoredFolder, index: number): KnownState {
  return {
    size: stored.sizes[index] as number,
    mtimeMs: stored.mtimes[index] as number,
    ctimeMs: stored.ctimes[index] as number,
    device: stored.devices[index] as number,
    inode: stored.inodes[index] as number,
  };
}

function contentAt(stored: StoredFolder, index: number): FileContent {
  const digest = stored.digests.slice(index * DIGEST, (index + 1) * DIGEST);
  return stored.lfsPointers.includes(stored.names[index] as string)
    ? { digest, isLfsPointer: true }
    : { digest };
}
