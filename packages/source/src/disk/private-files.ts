// Files in a private folder: read whole or not at all, and replaced as a whole. Their text is for others to judge.
import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { draftOf, removeAbandonedDrafts } from "@sti/files";
import type { PrivateFolder } from "./private-folder.ts";
import { readPlainFile } from "./read-plain-file.ts";

export interface PrivateFiles {
  /** Undefined where there is no such file, it is too large or none, or the folder is not private. */
  read(name: string): string | undefined;
  /** `text`: or what makes it of the state of the new file. Makes the folder. Rejects where nothing can be written. */
  write(name: string, text: string | ((made: Stats) => string | Promise<string>)): Promise<void>;
  /** Names of all files, those of unfinished writes too; none where the folder is not private. */
  list(): readonly string[];
  /** Those of the names that were not written since, milliseconds. */
  olderThan(names: readonly string[], age: number): readonly string[];
  remove(names: readonly string[]): Promise<void>;
  /** Removes those written longest ago, so that this many are left. */
  keepNewest(count: number): Promise<void>;
}

const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** One component of a path. Names may come from labels of images. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9._@+-]{0,199}$/;

/** Characters that are written at once: waiting for the threads of the file system takes longer than writing them. */
const SMALL = 64 * 1024;

/** `limit`: of a file that is read, in bytes. */
export function createPrivateFiles(folder: PrivateFolder, limit: number): PrivateFiles {
  const placeOf = (name: string) => join(folder.path, name);
  const timeOf = (name: string) => lstatSync(placeOf(name), { throwIfNoEntry: false })?.mtimeMs;
  let isTidy = false;
  const tidy = () => {
    if (!isTidy) removeAbandonedDrafts(folder.path);
    isTidy = true;
  };
  const isUsable = () => {
    if (!folder.isPrivate()) return false;
    tidy();
    return true;
  };
  const list = () => {
    if (!isUsable()) return [];
    try {
      return readdirSync(folder.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      return [];
    }
  };
  const remove = async (names: readonly string[]) => {
    if (isUsable()) await Promise.all(names.map((name) => rm(placeOf(name), { force: true })));
  };
  return {
    read: (name) => {
      if (!NAME.test(name) || !isUsable()) return undefined;
      return readPlainFile(placeOf(name), limit)?.toString();
    },
    write: async (name, text) => {
      if (!NAME.test(name)) throw new Error(`${JSON.stringify(name)} cannot be the name of a file`);
      const file = join(folder.make(), name);
      tidy();
      const draft = draftOf(file);
      if (typeof text === "string" && text.length <= SMALL) return writeNow(file, draft, text);
      const handle = await open(draft, NEW, 0o600);
      try {
        try {
          await handle.writeFile(typeof text === "string" ? text : await text(await handle.stat()));
        } finally {
          await handle.close();
        }
        await rename(draft, file);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
    list,
    olderThan: (names, age) => {
      const now = Date.now();
      return names.filter((name) => now - (timeOf(name) ?? now) > age);
    },
    remove,
    keepNewest: async (count) => {
      const names = list();
      if (names.length <= count) return;
      const files = names.map((name) => ({ name, time: timeOf(name) ?? 0 }));
      await remove(
        files
          .sort((one, other) => other.time - one.time)
          .slice(count)
          .map(({ name }) => name),
      );
    },
  };
}

function writeNow(file: string, draft: string, text: string): void {
  const handle = openSync(draft, NEW, 0o600);
  try {
    try {
      writeFileSync(handle, text);
    } finally {
      closeSync(handle);
    }
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
