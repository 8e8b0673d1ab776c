// The entries of a source, sorted, in blocks: one is replaced, added or taken away at the price of its block, and the
// digest of all costs no more than hashing them.
import type { SourceEntry } from "@sti/core";
import { digestPieces, textOf } from "./digest-entries.ts";

export interface EntryList {
  get(path: string): SourceEntry | undefined;
  set(entry: SourceEntry): void;
  delete(path: string): void;
  hasBelow(folder: string): boolean;
  deleteBelow(folder: string): void;
  /** Bytes of all files. */
  readonly size: number;
  /** A new array. */
  toArray(): readonly SourceEntry[];
  /** As digestEntries has it. */
  digest(): string;
}

interface Block {
  /** Never empty, but for the only one. */
  readonly entries: SourceEntry[];
  /** Text of the entries to hash, until one changes. */
  text: Uint8Array | undefined;
}

/** To make the text of a block again takes a tenth of a millisecond. */
const USUAL = 256;
const MOST = 2 * USUAL;

/** `entries`: sorted by path, by code unit. */
export function createEntryList(entries: readonly SourceEntry[]): EntryList {
  let size = sizeOf(entries);
  const blocks: Block[] = [];
  for (let start = 0; start === 0 || start < entries.length; start += USUAL) {
    blocks.push({ entries: entries.slice(start, start + USUAL), text: undefined });
  }
  /** The block that has the path, or would have it. */
  const blockAt = (path: string): number => {
    const after = findFirst(blocks.length, (index) => firstPath(blocks[index]) > path);
    return Math.max(0, after - 1);
  };
  const placeIn = ({ entries }: Block, path: string): number =>
    findFirst(entries.length, (index) => (entries[index]?.path ?? "") >= path);
  const replace = (index: number, start: number, count: number, added: readonly SourceEntry[]) => {
    const block = blocks[index] as Block;
    const removed = block.entries.splice(start, count, ...added);
    block.text = undefined;
    size += sizeOf(added) - sizeOf(removed);
    if (block.entries.length === 0 && blocks.length > 1) blocks.splice(index, 1);
    else if (block.entries.length > MOST) {
      const rest = block.entries.splice(block.entries.length / 2);
      blocks.splice(index + 1, 0, { entries: rest, text: undefined });
    }
  };
  const find = (path: string) => {
    const index = blockAt(path);
    const block = blocks[index] as Block;
    const place = placeIn(block, path);
    const entry = block.entries[place];
    return { index, place, entry: entry?.path === path ? entry : undefined };
  };
  /** Position of the first entry below a folder, if there is one. */
  const findBelow = (folder: string) => {
    const prefix = `${folder}/`;
    let { index, place } = find(prefix);
    if (place === blocks[index]?.entries.length) [index, place] = [index + 1, 0];
    const entries = blocks[index]?.entries ?? [];
    if (entries[place]?.path.startsWith(prefix) !== true) return undefined;
    const end = findFirst(entries.length, (at) => at >= place && !entries[at]?.path.startsWith(prefix));
    return { index, place, count: end - place };
  };
  return {
    get: (path) => find(path).entry,
    set: (entry) => {
      const { index, place, entry: known } = find(entry.path);
      replace(index, place, known === undefined ? 0 : 1, [entry]);
    },
    delete: (path) => {
      const { index, place, entry } = find(path);
      if (entry !== undefined) replace(index, place, 1, []);
    },
    hasBelow: (folder) => findBelow(folder) !== undefined,
    deleteBelow: (folder) => {
      for (let found = findBelow(folder); found !== undefined; found = findBelow(folder)) {
        replace(found.index, found.place, found.count, []);
      }
    },
    get size() {
      return size;
    },
    toArray: () => blocks.flatMap(({ entries }) => entries),
    digest: () =>
      digestPieces(
        blocks.map((block) => {
          block.text ??= Buffer.from(textOf(block.entries));
          return block.text;
        }),
      ),
  };
}

function firstPath(block: Block | undefined): string {
  return block?.entries[0]?.path ?? "";
}

function sizeOf(entries: readonly SourceEntry[]): number {
  return entries.reduce((sum, entry) => sum + (entry.kind === "file" ? entry.size : 0), 0);
}

/** The first index for which it holds, if it holds for all after that; else the length. */
function findFirst(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
