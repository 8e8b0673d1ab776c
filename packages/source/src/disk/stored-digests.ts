// The form of the file with remembered digests. One that was damaged is as if it were not there.
import { type Fields, isCount, isNumber, isText, listOf, recordOf, shapeOf } from "./shape.ts";

/** Changes with the form of the file; others are not read. */
const FORM = 1;

/** In columns: a tenth of the time that JSON with an object for each file takes. Times in milliseconds. */
export interface StoredFolder {
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
  /** Id of the user who could read the files. */
  readonly user: number;
  /** By path relative to the project's folder. */
  readonly folders: Readonly<Record<string, StoredFolder>>;
}

/** Characters of a sha256 in hex. */
export const DIGEST = 64;

export function printStored(
  folders: Iterable<readonly [path: string, folder: StoredFolder]>,
  user: number,
): string {
  const all: StoredDigests = { form: FORM, user, folders: Object.fromEntries(folders) };
  return JSON.stringify(all);
}

/** Nothing of a text that is missing, was cut short, has another form or is another user's. */
export function parseStored(text: string | undefined, user: number): ReadonlyMap<string, StoredFolder> {
  if (text === undefined) return new Map();
  try {
    const stored: unknown = JSON.parse(text);
    if (!isStored(stored) || stored.form !== FORM || stored.user !== user) return new Map();
    return new Map(Object.entries(stored.folders).filter(([, folder]) => isWhole(folder)));
  } catch {
    return new Map();
  }
}

const FOLDER: Fields<StoredFolder> = {
  names: listOf(isText),
  sizes: listOf(isCount),
  mtimes: listOf(isNumber),
  ctimes: listOf(isNumber),
  devices: listOf(isNumber),
  inodes: listOf(isNumber),
  digests: isText,
  lfsPointers: listOf(isText),
};
const isStored = shapeOf<StoredDigests>({
  form: isNumber,
  user: isNumber,
  folders: recordOf(shapeOf(FOLDER)),
});
const NO_DIGEST = /[^0-9a-f]/;

function isWhole({ names, sizes, mtimes, ctimes, devices, inodes, digests }: StoredFolder): boolean {
  const columns = [sizes, mtimes, ctimes, devices, inodes];
  return (
    columns.every((column) => column.length === names.length) &&
    digests.length === names.length * DIGEST &&
    !NO_DIGEST.test(digests)
  );
}
