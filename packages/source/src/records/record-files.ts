// The files of the records: JSON of a form and a shape. Their content is records.ts.
import { createPrivateFiles, type PrivateFiles } from "../disk/private-files.ts";
import type { PrivateFolder } from "../disk/private-folder.ts";

/** A folder in the project's private one. */
export type RecordKind =
  | "records"
  | "keys"
  | "sources"
  | "images"
  | "identities"
  | "found"
  | "found-keys"
  | "checked"
  | "proven"
  | "kept";

export interface RecordFiles {
  /** Undefined for a file that is missing, was cut short, or has another version or shape. */
  read<Value>(
    kind: RecordKind,
    name: string,
    form: { readonly version: number; readonly has: (value: unknown) => value is Value },
  ): Value | undefined;
  write(kind: RecordKind, name: string, value: object): Promise<void>;
  /** Names of all files of a kind; none where the folder is missing or cannot be read. */
  list(kind: RecordKind): readonly string[];
  /** Those of the names that were not written since, milliseconds. */
  olderThan(kind: RecordKind, names: readonly string[], age: number): readonly string[];
  remove(kind: RecordKind, names: readonly string[]): Promise<void>;
  /** Removes those written longest ago, so that this many are left. */
  keepNewest(kind: RecordKind, count: number): Promise<void>;
}

const END = ".json";
/** Of the fingerprints of a source's files, of which there may be hundreds of thousands. Bytes. */
const LARGEST = 256 * 2 ** 20;

/** `folder`: the project's; it is made with the first file. */
export function createRecordFiles(folder: PrivateFolder): RecordFiles {
  const kinds = new Map<RecordKind, PrivateFiles>();
  const filesOf = (kind: RecordKind) => {
    const files = kinds.get(kind) ?? createPrivateFiles(folder.folder(kind), LARGEST);
    kinds.set(kind, files);
    return files;
  };
  const fileOf = (name: string) => `${name}${END}`;
  return {
    read: (kind, name, { has, version }) => {
      const text = filesOf(kind).read(fileOf(name));
      if (text === undefined) return undefined;
      try {
        const value = JSON.parse(text) as { readonly schemaVersion?: unknown } | null;
        return value?.schemaVersion === version && has(value) ? value : undefined;
      } catch {
        return undefined; // Cut short, or nested too deeply to be checked.
      }
    },
    write: (kind, name, value) => filesOf(kind).write(fileOf(name), JSON.stringify(value)),
    list: (kind) =>
      filesOf(kind)
        .list()
        .filter((name) => name.endsWith(END))
        .map((name) => name.slice(0, -END.length)),
    olderThan: (kind, names, age) =>
      filesOf(kind)
        .olderThan(names.map(fileOf), age)
        .map((name) => name.slice(0, -END.length)),
    remove: (kind, names) => filesOf(kind).remove(names.map(fileOf)),
    keepNewest: (kind, count) => filesOf(kind).keepNewest(count),
  };
}
