// Reads the rows of one table of an SQLite database that an image contains. The format is fixed for good
// (https://www.sqlite.org/fileformat2.html). Nothing in the file is run: it has no views, triggers or queries here, and
// each page is read once, so a database of any content takes time and memory by its size only.

import { DatabaseError, slice } from "./damaged-database.ts";

export interface SqliteRow {
  readonly id: number;
  readonly values: readonly SqliteValue[];
}

/** Bytes of a blob, a text; undefined for NULL and fractions, of which no reader has a use. */
export type SqliteValue = Uint8Array | string | number | undefined;

interface Database {
  readonly bytes: Buffer;
  readonly pageSize: number;
  /** Bytes of a page without those reserved for extensions. */
  readonly usable: number;
  /** Numbers of the pages that were read. */
  readonly seen: Set<number>;
  /** Bytes of the rows that may follow: rows that overlap would be more than the file. */
  left: number;
}

/** Rows of the table in the order of their ids. Throws DatabaseError if the file is damaged, or has no such table. */
export function* readSqliteTable(bytes: Buffer, table: string): Generator<SqliteRow> {
  const database = openDatabase(bytes);
  let root: number | undefined;
  for (const { values } of readTree(database, 1)) {
    const [type, name, , page] = values;
    if (type === "table" && name === table && typeof page === "number") root = page;
  }
  if (root === undefined) throw new DatabaseError(`no table ${table}`);
  yield* readTree(database, root);
}

const MAGIC = "SQLite format 3\0";
const HEADER = 100;
const LEAF = 13;
const INTERIOR = 5;

function openDatabase(bytes: Buffer): Database {
  if (bytes.length < HEADER || bytes.toString("latin1", 0, MAGIC.length) !== MAGIC)
    throw new DatabaseError("not a database of SQLite");
  const written = bytes.readUInt16BE(16);
  const pageSize = written === 1 ? 65_536 : written;
  const isPower = pageSize >= 512 && (pageSize & (pageSize - 1)) === 0;
  const usable = pageSize - (bytes[20] ?? 0);
  if (!isPower || usable < 480) throw new DatabaseError("no valid size of pages");
  return { bytes, pageSize, usable, seen: new Set(), left: bytes.length };
}

function readPage(database: Database, number: number): Buffer {
  const { bytes, pageSize, seen } = database;
  const start = (number - 1) * pageSize;
  if (number < 1 || start + pageSize > bytes.length) throw new DatabaseError(`page ${number} is missing`);
  if (seen.has(number)) throw new DatabaseError(`page ${number} is used twice`);
  seen.add(number);
  return bytes.subarray(start, start + pageSize);
}

function* readTree(database: Database, root: number): Generator<SqliteRow> {
  const left = [root];
  for (let number = left.pop(); number !== undefined; number = left.pop()) {
    const page = readPage(database, number);
    const header = number === 1 ? HEADER : 0;
    const type = page[header];
    if (type !== LEAF && type !== INTERIOR) throw new DatabaseError(`page ${number} is none of a table`);
    const first = header + (type === LEAF ? 8 : 12);
    const count = page.readUInt16BE(header + 3);
    if (first + count * 2 > page.length) throw new DatabaseError(`page ${number} has too many cells`);
    const cells = Array.from({ length: count }, (_, index) => page.readUInt16BE(first + index * 2));
    if (type === LEAF) for (const cell of cells) yield readCell(database, page, cell);
    else left.push(page.readUInt32BE(header + 8), ...cells.map((cell) => readUInt32(page, cell)).reverse());
  }
}

function readCell(database: Database, page: Buffer, start: number): SqliteRow {
  const length = readVarint(page, start);
  const id = readVarint(page, length.end);
  return { id: id.value, values: readRecord(readPayload(database, page, id.end, length.value)) };
}

/** A chain of pages has the rest of a cell that does not fit into its own page. */
function readPayload(database: Database, page: Buffer, start: number, length: number): Buffer {
  const { usable } = database;
  database.left -= length;
  if (database.left < 0) throw new DatabaseError("its rows are longer than the file");
  const most = usable - 35;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const fitting = least + ((length - least) % (usable - 4));
  const local = length <= most ? length : fitting <= most ? fitting : least;
  const parts = [sliceRow(page, start, local)];
  let next = length > local ? readUInt32(page, start + local) : 0;
  for (let rest = length - local; rest > 0; ) {
    const more = readPage(database, next);
    const size = Math.min(rest, usable - 4);
    parts.push(more.subarray(4, 4 + size));
    next = more.readUInt32BE(0);
    rest -= size;
  }
  return parts.length === 1 ? (parts[0] ?? page) : Buffer.concat(parts);
}

function readRecord(record: Buffer): readonly SqliteValue[] {
  const head = readVarint(record, 0);
  const values: SqliteValue[] = [];
  let body = head.value;
  for (let at = head.end; at < head.value; ) {
    const type = readVarint(record, at);
    const size = sizeOf(type.value);
    values.push(readValue(type.value, sliceRow(record, body, size)));
    at = type.end;
    body += size;
  }
  return values;
}

/** Sizes of NULL, integers, fractions, 0 and 1, by their types. */
const SIZES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

function sizeOf(type: number): number {
  return type >= 12 ? Math.floor((type - 12) / 2) : (SIZES[type] ?? 0);
}

function readValue(type: number, bytes: Buffer): SqliteValue {
  if (type >= 12) return type % 2 === 0 ? bytes : bytes.toString();
  if (type === 8 || type === 9) return type - 8;
  if (type >= 1 && type <= 5) return bytes.readIntBE(0, bytes.length);
  return type === 6 ? Number(bytes.readBigInt64BE()) : undefined;
}

/** Seven bits a byte, the last of nine has eight. */
function readVarint(bytes: Buffer, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = start; at < start + 9; at++) {
    const byte = bytes[at];
    if (byte === undefined) throw new DatabaseError("a number ends with its page");
    if (at === start + 8) return { value: value * 256 + byte, end: at + 1 };
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: at + 1 };
  }
  throw new DatabaseError("a number is too long");
}

function readUInt32(bytes: Buffer, at: number): number {
  return sliceRow(bytes, at, 4).readUInt32BE(0);
}

function sliceRow(bytes: Buffer, start: number, length: number): Buffer {
  return slice(bytes, start, length, "a row ends behind its page");
}
