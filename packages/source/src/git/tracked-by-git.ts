// Whether git tracks anything in a folder, from the index alone: no git is started, and a repository's own settings are
// ignored. An unreadable index counts as empty.
import { lstatSync, readdirSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { readPlainFile } from "../disk/read-plain-file.ts";

/** Bytes. */
const LARGEST_INDEX = 512 * 2 ** 20;
const LARGEST_LINK = 4096;

/** `folder`: absolute. */
export function isTrackedByGit(folder: string): boolean {
  const top = findWorkTree(dirname(folder));
  if (top === undefined) return false;
  const path = `${relative(top.root, folder).split(sep).join("/")}/`;
  return indexesOf(top.gitDirectory).some((file) => {
    const index = readPlainFile(file, LARGEST_INDEX);
    return index !== undefined && hasBelow(index, Buffer.from(path));
  });
}

function findWorkTree(folder: string): { readonly root: string; readonly gitDirectory: string } | undefined {
  for (let root = folder; ; root = dirname(root)) {
    const place = join(root, ".git");
    const state = lstatSync(place, { throwIfNoEntry: false });
    if (state?.isDirectory() === true) return { root, gitDirectory: place };
    const link = /^gitdir: (.+?)\n*$/.exec(readPlainFile(place, LARGEST_LINK)?.toString() ?? "")?.[1];
    if (link !== undefined) return { root, gitDirectory: resolve(root, link) };
    if (root === dirname(root)) return undefined;
  }
}

/** An index may have a part that it shares with earlier ones. */
function indexesOf(gitDirectory: string): readonly string[] {
  let names: readonly string[] = [];
  try {
    names = readdirSync(gitDirectory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
  return names
    .filter((name) => name === "index" || /^sharedindex\.[0-9a-f]+$/.test(basename(name)))
    .map((name) => join(gitDirectory, name));
}

/** `path`: of a folder, with its "/". */
function hasBelow(index: Buffer, path: Buffer): boolean {
  if (index.length < HEADER || index.toString("latin1", 0, 4) !== "DIRC") return false;
  return index.readUInt32BE(4) === COMPRESSED ? hasBelowCompressed(index, path) : hasBelowPlain(index, path);
}

const HEADER = 12;
const COMPRESSED = 4;
/** Of a name's length in the two bytes before it; longer ones have just this. */
const LONG_NAME = 0xfff;
/** The flag for two more bytes of flags. */
const EXTENDED = 0x4000;

/** Versions 2 and 3 have each name as a whole, after its length: whatever else has the same bytes has not. */
function hasBelowPlain(index: Buffer, path: Buffer): boolean {
  for (let at = index.indexOf(path, HEADER); at >= 0; at = index.indexOf(path, at + 1)) {
    const end = index.indexOf(0, at);
    const length = Math.min(end - at, LONG_NAME);
    const isName = (flagsAt: number) => (index.readUInt16BE(flagsAt) & LONG_NAME) === length;
    if (end > 0 && (isName(at - 2) || isName(at - 4))) return true;
  }
  return false;
}

/** Times, device, numbers and mode of a file. */
const STATE = 40;
const DIGESTS = [20, 32];

/** Version 4 has of each name only how it differs from the one before. The digests' length shows from the first. */
function hasBelowCompressed(index: Buffer, path: Buffer): boolean {
  return DIGESTS.some((digest) => {
    const count = index.readUInt32BE(8);
    let name = Buffer.alloc(0);
    let at = HEADER;
    for (let entry = 0; entry < count; entry += 1) {
      const flagsAt = at + STATE + digest;
      if (flagsAt + 4 > index.length) return false;
      const flags = index.readUInt16BE(flagsAt);
      const cut = readNumber(index, flagsAt + ((flags & EXTENDED) === 0 ? 2 : 4));
      const end = index.indexOf(0, cut.next);
      if (end < 0 || cut.value > name.length) return false;
      name = Buffer.concat([name.subarray(0, name.length - cut.value), index.subarray(cut.next, end)]);
      if (Math.min(name.length, LONG_NAME) !== (flags & LONG_NAME)) return false;
      if (name.subarray(0, path.length).equals(path)) return true;
      at = end + 1;
    }
    return false;
  });
}

/** A number as git packs offsets. */
function readNumber(bytes: Buffer, start: number): { readonly value: number; readonly next: number } {
  let at = start;
  let byte = bytes[at] ?? 0;
  let value = byte & 0x7f;
  while ((byte & 0x80) !== 0 && at < bytes.length) {
    at += 1;
    byte = bytes[at] ?? 0;
    value = (value + 1) * 128 + (byte & 0x7f);
  }
  return { value, next: at + 1 };
}
