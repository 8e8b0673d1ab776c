// The files of the state folder: read whole or not at all, replaced as a whole. What is in them is records.ts.
import { access, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readSmallFile } from "@sti/files";

/** A folder in the state folder. */
export type RecordKind = "records" | "keys" | "sources" | "images" | "kept";

export interface RecordFiles {
  /** Undefined for a file that is missing, was cut short, or has another version. */
  read(kind: RecordKind, name: string, version: number): Promise<object | undefined>;
  has(kind: RecordKind, name: string): Promise<boolean>;
  write(kind: RecordKind, name: string, value: object): Promise<void>;
  /** Names of all files of a kind; none where the folder is missing or cannot be read. */
  list(kind: RecordKind): Promise<readonly string[]>;
  /** Those of the names that were not written since, milliseconds. */
  olderThan(kind: RecordKind, names: readonly string[], age: number): Promise<readonly string[]>;
  remove(kind: RecordKind, names: readonly string[]): Promise<void>;
}

/** A fingerprint of each file of a large source, in bytes. */
const LARGEST = 256 * 1024 ** 2;
const END = ".json";

/** `folder`: the state folder; it is made with the first file. */
export function createRecordFiles(folder: string): RecordFiles {
  const fileOf = (kind: RecordKind, name: string) => join(folder, kind, `${name}${END}`);
  const made = new Map<RecordKind, Promise<void>>();
  const makeFolder = async (kind: RecordKind) => {
    await mkdir(join(folder, kind), { recursive: true });
    await writeFile(join(folder, ".gitignore"), "*\n");
  };
  let written = 0;
  return {
    read: async (kind, name, version) => {
      try {
        const value = JSON.parse(
          (await readSmallFile(fileOf(kind, name), { limit: LARGEST, links: "refuse" })).toString(),
        ) as { schemaVersion?: number } | null;
        return value?.schemaVersion === version ? value : undefined;
      } catch {
        return undefined;
      }
    },
    has: async (kind, name) => {
      try {
        await access(fileOf(kind, name));
        return true;
      } catch {
        return false;
      }
    },
    write: async (kind, name, value) => {
      const making = made.get(kind) ?? makeFolder(kind);
      made.set(kind, making);
      await making;
      const file = fileOf(kind, name);
      written += 1;
      const fresh = `${file}.${process.pid}-${written}.new`;
      await writeFile(fresh, JSON.stringify(value));
      await rename(fresh, file);
    },
    list: async (kind) => {
      try {
        const names = await readdir(join(folder, kind));
        return names.filter((name) => name.endsWith(END)).map((name) => name.slice(0, -END.length));
      } catch {
        return [];
      }
    },
    olderThan: async (kind, names, age) => {
      const now = Date.now();
      const old = await Promise.all(
        names.map(async (name) => {
          const state = await stat(fileOf(kind, name)).catch(() => undefined);
          return state !== undefined && now - state.mtimeMs > age ? [name] : [];
        }),
      );
      return old.flat();
    },
    remove: async (kind, names) => {
      await Promise.all(names.map((name) => rm(fileOf(kind, name), { force: true })));
    },
  };
}
