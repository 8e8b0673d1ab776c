// Reads the packages of an ndb, the database of RPM on SUSE, from a file that an image contains: slots at its start refer to
// blobs behind them. Blobs do not overlap, so a database of any content takes time and memory by its size only.
import { DatabaseError, slice } from "./damaged-database.ts";

export interface NdbEntry {
  readonly id: number;
  readonly blob: Buffer;
}

const MAGIC = "RpmP";
const SLOT = "Slot";
const BLOB = "BlbS";
const HEADER = 32;
/** Bytes of a slot, of a block, of the header of a blob; of its end. */
const UNIT = 16;
const TAIL = 12;
/** Bytes of a page of slots. */
const PAGE = 4096;

/** Packages in the order of their blobs. Throws DatabaseError if the file is damaged, or none of an ndb. */
export function* readNdb(bytes: Buffer): Generator<NdbEntry> {
  if (bytes.length < HEADER || bytes.toString("latin1", 0, MAGIC.length) !== MAGIC)
    throw new DatabaseError("not a database of the kind ndb");
  if (bytes.readUInt32LE(4) !== 0) throw new DatabaseError("a version of ndb that is not known");
  const slots = bytes.readUInt32LE(12) * PAGE;
  if (slots < PAGE || slots > bytes.length) throw new DatabaseError("its slots are longer than the file");
  let free = slots;
  for (const { blocks, id, start } of readSlots(bytes, slots)) {
    if (start < free) throw new DatabaseError(`package ${id} overlaps another one`);
    free = start + blocks * UNIT;
    const area = slice(bytes, start, blocks * UNIT, `package ${id} is missing`);
    yield { id, blob: readBlob(area, id) };
  }
}

interface Slot {
  readonly id: number;
  /** Offset in the file. */
  readonly start: number;
  readonly blocks: number;
}

function readSlots(bytes: Buffer, end: number): readonly Slot[] {
  const found: Slot[] = [];
  for (let at = HEADER; at < end; at += UNIT) {
    if (bytes.toString("latin1", at, at + SLOT.length) !== SLOT)
      throw new DatabaseError("its slots are damaged");
    const start = bytes.readUInt32LE(at + 8) * UNIT;
    if (start === 0) continue;
    found.push({ id: bytes.readUInt32LE(at + 4), start, blocks: bytes.readUInt32LE(at + 12) });
  }
  return found.sort((one, other) => one.start - other.start);
}

function readBlob(area: Buffer, id: number): Buffer {
  const problem = `package ${id} is damaged`;
  const head = slice(area, 0, UNIT, problem);
  const length = head.readUInt32LE(12);
  if (head.toString("latin1", 0, BLOB.length) !== BLOB || head.readUInt32LE(4) !== id)
    throw new DatabaseError(problem);
  return slice(area.subarray(0, -TAIL), UNIT, length, problem);
}
