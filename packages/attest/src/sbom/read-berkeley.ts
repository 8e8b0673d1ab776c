// Reads the values of a hash of Berkeley DB, the database of RPM before 4.16, from a file that an image contains. All pages
// are read in their order, each once and without the hash, so a database of any content takes time and memory by its size only.
import { DatabaseError, slice } from "./damaged-database.ts";

export interface BerkeleyEntry {
  /** The key as a number of the machine that has written the database; undefined where it is none of four bytes. */
  readonly id: number | undefined;
  readonly value: Buffer;
}

interface Database {
  readonly bytes: Buffer;
  readonly pageSize: number;
  readonly pages: number;
  readonly numbers: Numbers;
  /** Numbers of the pages that continue an entry and were read. */
  readonly seen: Set<number>;
}

/** In the byte order of the machine that has written the database. */
interface Numbers {
  uint16(bytes: Buffer, at: number): number;
  uint32(bytes: Buffer, at: number): number;
}

const LITTLE: Numbers = {
  uint16: (bytes, at) => bytes.readUInt16LE(at),
  uint32: (bytes, at) => bytes.readUInt32LE(at),
};
const BIG: Numbers = {
  uint16: (bytes, at) => bytes.readUInt16BE(at),
  uint32: (bytes, at) => bytes.readUInt32BE(at),
};

/** Entries in the order of their pages. Throws DatabaseError if the file is damaged, or none of a hash. */
export function* readBerkeleyHash(bytes: Buffer): Generator<BerkeleyEntry> {
  const database = openDatabase(bytes);
  const parts: number[] = [];
  for (let number = 1; number < database.pages; number += 1) {
    const page = readPage(database, number);
    const type = page[TYPE] ?? FREE;
    if (HASH.has(type)) yield* readEntries(database, page, number);
    else if (type === OVERFLOW) parts.push(number);
    else if (type !== FREE) throw new DatabaseError(`page ${number} is none of a hash`);
  }
  const lost = parts.find((number) => !database.seen.has(number));
  if (lost !== undefined) throw new DatabaseError(`page ${lost} is part of no value`);
}

const MAGIC = 0x0006_1561;
const META = 512;
const VERSIONS: ReadonlySet<number> = new Set([8, 9, 10]);
/** Bytes before the offsets of the entries, or before the part of a value. */
const HEADER = 26;
const TYPE = 25;
/** Types of pages: those without content; of hashes, unsorted and sorted; of the parts of long values. */
const FREE = 0;
const HASH: ReadonlySet<number> = new Set([2, 13]);
const OVERFLOW = 7;
/** Types of an entry: its bytes, or the number of the first page with them and their length. */
const INLINE = 1;
const OFF_PAGE = 3;

function openDatabase(bytes: Buffer): Database {
  if (bytes.length < META) throw new DatabaseError("not a hash of Berkeley DB");
  const numbers = [LITTLE, BIG].find(({ uint32 }) => uint32(bytes, 12) === MAGIC);
  if (numbers === undefined) throw new DatabaseError("not a hash of Berkeley DB");
  const [version, pageSize, last] = [16, 20, 32].map((at) => numbers.uint32(bytes, at)) as [
    number,
    number,
    number,
  ];
  // Pages that are encrypted, or have checksums, have longer headers; RPM writes none.
  const hasPlainPages = bytes[24] === 0 && ((bytes[26] ?? 0) & 1) === 0;
  if (!VERSIONS.has(version) || !hasPlainPages)
    throw new DatabaseError("a form of Berkeley DB that RPM does not write");
  const isPower = pageSize >= META && pageSize <= 65_536 && (pageSize & (pageSize - 1)) === 0;
  if (!isPower) throw new DatabaseError("no valid size of pages");
  if ((last + 1) * pageSize !== bytes.length) throw new DatabaseError("it has not the length of its pages");
  return { bytes, pageSize, pages: last + 1, numbers, seen: new Set() };
}

function readPage({ bytes, numbers, pageSize, pages }: Database, number: number): Buffer {
  if (number < 1 || number >= pages) throw new DatabaseError(`page ${number} is missing`);
  const page = bytes.subarray(number * pageSize, (number + 1) * pageSize);
  // One that was never written is empty.
  if (numbers.uint32(page, 8) !== number && page[TYPE] !== FREE)
    throw new DatabaseError(`page ${number} is another one`);
  return page;
}

/** The entries lie one before the other from the end of the page; each key is followed by its value. */
function* readEntries(database: Database, page: Buffer, number: number): Generator<BerkeleyEntry> {
  const { numbers } = database;
  const count = numbers.uint16(page, 20);
  if (HEADER + count * 2 > page.length) throw new DatabaseError(`page ${number} has too many entries`);
  let end = page.length;
  let key: Buffer | undefined;
  for (let index = 0; index < count; index += 1) {
    const start = numbers.uint16(page, HEADER + index * 2);
    if (start < HEADER + count * 2 || start >= end)
      throw new DatabaseError(`page ${number} has entries that overlap`);
    const value = readEntry(database, page.subarray(start, end), number);
    if (key === undefined) key = value;
    else {
      yield { id: key.length === 4 ? numbers.uint32(key, 0) : undefined, value };
      key = undefined;
    }
    end = start;
  }
  if (key !== undefined) throw new DatabaseError(`page ${number} has a key without a value`);
}

function readEntry(database: Database, entry: Buffer, number: number): Buffer {
  if (entry[0] === INLINE) return entry.subarray(1);
  if (entry[0] !== OFF_PAGE) throw new DatabaseError(`page ${number} has an entry of an unknown type`);
  const { uint32 } = database.numbers;
  const written = slice(entry, 0, 12, `page ${number} has an entry that is too short`);
  return readChain(database, { first: uint32(written, 4), length: uint32(written, 8) });
}

/** Each page of a chain belongs to one value, so that all of them are together no longer than the file. */
function readChain(
  database: Database,
  { first, length }: { readonly first: number; readonly length: number },
): Buffer {
  const { numbers, seen } = database;
  const parts: Buffer[] = [];
  let next = first;
  for (let left = length; left > 0; ) {
    const page = readPage(database, next);
    if (seen.has(next)) throw new DatabaseError(`page ${next} is used twice`);
    seen.add(next);
    if (page[TYPE] !== OVERFLOW) throw new DatabaseError(`page ${next} is no part of a value`);
    const size = numbers.uint16(page, 22);
    const part = slice(page, HEADER, size, `page ${next} has too long a part of a value`);
    if (size === 0 || size > left) throw new DatabaseError(`page ${next} has a part of another length`);
    parts.push(part);
    left -= size;
    next = numbers.uint32(page, 16);
  }
  return Buffer.concat(parts);
}
