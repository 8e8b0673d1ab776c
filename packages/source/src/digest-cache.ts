// Digests of files remembered with the state that the files had, so that a file that was not touched is not read again.
// A digest from here is a hint: what is sent is compared with it. Losing the file costs only speed.
import { existsSync } from "node:fs";
import { mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { readSmallFileSync } from "@sti/files";
import type { FileContent, ReadFile } from "./digest-file.ts";
import type { FileState } from "./open-file.ts";
import { STATE_FOLDER } from "./records.ts";

export interface DigestCache {
  /** What is known of the files of one folder, absolute. Reads the disk the first time. */
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
  /** Says what the folder has: all else is forgotten with the next write. */
  retain(entries: readonly { readonly name: string }[]): void;
}

/** Changes with the form of the file; others are not read. */
const FORM = 1;
/** How many files are remembered, bounded for the sake of reading them: 100 bytes each. */
const MOST_FILES = 500_000;

/** The stored file, bytes. */
const LARGEST = 256 * 1024 ** 2;

/** In columns: a tenth of the time that JSON with an object for each file takes. Times in milliseconds. */
interface StoredFolder {
  readonly names: readonly string[];
  readonly sizes: readonly number[];
  readonly mtimes: readonly number[];
  readonly ctimes: readonly number[];
  readonly devices: readonly number[];
  readonly inodes: readonly number[];
  /** One after the other, each `DIGEST` characters. */
  readonly digests: string;
  /** Names of the files that are pointers of Git LFS. */
  readonly lfsPointers: readonly string[];
}

interface StoredDigests {
  readonly form: number;
  /** Who could read the files. */
  readonly user: number;
  /** By path relative to the folder that has the state folder. */
  readonly folders: Readonly<Record<string, StoredFolder>>;
}

/** Characters of a sha256 in hex. */
const DIGEST = 64;

/** `directory`: that has the state folder, absolute. */
export function createDigestCache(directory: string): DigestCache {
  const state = join(directory, STATE_FOLDER);
  const below = join(directory, sep);
  const file = join(state, "digests.json");
  const user = process.geteuid?.() ?? 0;
  const opened = new Map<string, OpenedFolder>();
  let stored: ReadonlyMap<string, StoredFolder> | undefined;
  let hasNews = false;
  let hasRead = false;
  const read = () => {
    stored ??= readStored(file, user);
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
      if (!hasNews) return;
      hasNews = false;
      const fresh = `${file}.${process.pid}.new`;
      try {
        await mkdir(state, { recursive: true });
        await writeFile(join(state, ".gitignore"), "*\n");
        const handle = await open(fresh, "w");
        try {
          // By this file's own time it shows when the file system's clock is behind.
          const lag = Math.max(0, Date.now() - (await handle.stat()).mtimeMs);
          const kept = keptFolders(directory, { opened, stored: read(), lag });
          const all: StoredDigests = { form: FORM, user, folders: Object.fromEntries(kept) };
          await handle.writeFile(JSON.stringify(all));
        } finally {
          await handle.close();
        }
        await rename(fresh, file);
      } catch (error) {
        // A folder that cannot be written, a full disk: the next session reads the files again.
        if ((error as NodeJS.ErrnoException).code === undefined) throw error;
        await rm(fresh, { force: true }).catch(() => undefined);
      }
    },
  };
}

interface OpenedFolder extends KnownFolder {
  /** Entries that can be trusted when the file system's clock may be `lag` milliseconds behind this machine's. */
  entries(lag: number): readonly Entry[];
}

/** Whether a file is executable is seen each time. */
type KnownState = Omit<FileState, "executable">;
type Entry = KnownState & FileContent & { readonly name: string };

/** `onRead` is told whether it is to be remembered what was read. */
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
      const isNews = isSettled(read, 0);
      if (isNews) added.set(name, read);
      onRead(isNews);
    },
    retain: (entries) => {
      present = entries;
    },
    entries: (lag) => {
      const names = new Set(present?.map(({ name }) => name) ?? indexes.keys());
      return [
        ...[...added].flatMap(([name, read]) =>
          isSettled(read, lag) ? [{ ...read.state, ...read.content, name }] : [],
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

/** Times of a file system that keeps seconds are that much older than what they stand for, in milliseconds. */
const SECONDS = 2000;
/** The same of all others: a tick of the kernel's clock is at most 10. */
const TICK = 20;

/**
 * A file that changes twice within its file system's smallest unit of time looks the same after both. So a digest
 * counts only if the file had not changed for longer than that when its bytes began to be read: whatever changed it
 * later gave it another time.
 */
function isSettled({ readAt, state }: ReadFile, lag: number): boolean {
  const unit = state.ctimeMs % 1000 === 0 ? SECONDS : TICK;
  return Math.max(state.ctimeMs, state.mtimeMs) + unit + lag < readAt;
}

/** Folders that were not looked at in this session are kept as long as they are there. */
function* keptFolders(
  directory: string,
  known: {
    readonly opened: ReadonlyMap<string, OpenedFolder>;
    readonly stored: ReadonlyMap<string, StoredFolder>;
    readonly lag: number;
  },
): Generator<readonly [string, StoredFolder]> {
  let left = MOST_FILES;
  const isThere = (path: string) => existsSync(resolve(directory, path));
  for (const [path, folder] of known.opened) {
    if (!isThere(path)) continue;
    const entries = folder.entries(known.lag);
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

/** Nothing of a file that is missing, was cut short, has another form or is another user's. */
function readStored(file: string, user: number): ReadonlyMap<string, StoredFolder> {
  try {
    const stored = JSON.parse(
      readSmallFileSync(file, { limit: LARGEST, links: "refuse" }).toString(),
    ) as StoredDigests | null;
    if (stored?.form !== FORM || stored.user !== user) return new Map();
    return new Map(Object.entries(stored.folders).filter(([, folder]) => isWhole(folder)));
  } catch {
    return new Map();
  }
}

function isWhole(folder: StoredFolder): boolean {
  const { names, sizes, mtimes, ctimes, devices, inodes, digests, lfsPointers } = folder;
  return (
    [names, sizes, mtimes, ctimes, devices, inodes].every(
      (column) => Array.isArray(column) && column.length === names.length,
    ) &&
    Array.isArray(lfsPointers) &&
    typeof digests === "string" &&
    digests.length === names.length * DIGEST
  );
}
