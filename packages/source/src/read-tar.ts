// The entries of a tar stream, old and new headers, without unpacking anything. Stricter than tar itself: what is cut
// short, damaged or unknown is an error and never a missing file. Whether names are acceptable is decided elsewhere.
import { isUtf8 } from "node:buffer";
import { type ArchiveEntry, ArchiveError } from "./archive-entry.ts";
import { type ByteReader, createByteReader, readBody } from "./byte-reader.ts";

const BLOCK = 512;
/** Names and other facts about one entry fit into this with room to spare, bytes. */
const LONGEST_FACTS = 1 << 20;

export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<ArchiveEntry, void, undefined> {
  const input = createByteReader(chunks);
  const common = new Map<string, Buffer>();
  let facts = new Map<string, Buffer>();
  for (;;) {
    const header = await input.take(BLOCK);
    if (header.length < BLOCK) throw new ArchiveError("ends too early");
    if (header.every((byte) => byte === 0)) break;
    if (!hasRightChecksum(header)) throw new ArchiveError("is corrupt: a header's checksum is wrong");
    const type = String.fromCharCode(header[156] ?? 0);
    const size = sizeOf(
      header,
      type === "g" || type === "x" ? undefined : (facts.get("size") ?? common.get("size")),
    );
    if ("gxLK".includes(type)) {
      const text = await readFacts(input, size);
      if (type === "g") addPaxFacts(common, text);
      else if (type === "x") addPaxFacts(facts, text);
      else facts.set(type === "L" ? "path" : "linkpath", untilNul(text));
      continue;
    }
    const entry = describe(header, type, new Map([...common, ...facts]));
    facts = new Map();
    const length = entry.kind === "file" || entry.kind === "special" ? size : 0;
    const endedEarly = () => new ArchiveError("ends too early", entry.path);
    const body = readBody(input, { size: length, padding: paddingOf(length), endedEarly });
    yield entry.kind === "file" ? { ...entry, content: body.content } : entry;
    await body.skip();
  }
  // To the end, so that a compressed stream is found out that is damaged behind the last entry.
  while ((await input.some(1 << 20)) !== undefined);
}

type Described =
  | Exclude<ArchiveEntry, { readonly kind: "file" }>
  | { readonly kind: "file"; readonly path: string; readonly executable: boolean };

function describe(header: Buffer, type: string, facts: ReadonlyMap<string, Buffer>): Described {
  const path = decode(facts.get("path") ?? nameIn(header));
  const linkTarget = () => decode(facts.get("linkpath") ?? untilNul(header.subarray(157, 257)), path);
  if ([...facts.keys()].some((key) => key.startsWith("GNU.sparse."))) {
    throw new ArchiveError("is a sparse file, which is not supported", path);
  }
  switch (type) {
    case "0":
    case "\0":
    case "7":
      if (path.endsWith("/")) return { kind: "directory", path };
      return { kind: "file", path, executable: (octal(header, 100, 8) & 0o111) !== 0 };
    case "1":
      return { kind: "hardlink", path, linkTarget: linkTarget() };
    case "2":
      return { kind: "symlink", path, linkTarget: linkTarget() };
    case "3":
    case "4":
    case "6":
      return { kind: "special", path };
    case "5":
      return { kind: "directory", path };
    default:
      throw new ArchiveError(`is of a kind that is not supported (${JSON.stringify(type)})`, path);
  }
}

function nameIn(header: Buffer): Buffer {
  const name = untilNul(header.subarray(0, 100));
  const isPosix = header.toString("latin1", 257, 263) === "ustar\0";
  const prefix = isPosix ? untilNul(header.subarray(345, 500)) : Buffer.alloc(0);
  return prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from("/"), name]);
}

/** What is behind a body up to the next multiple of a block, where entries start. */
function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

async function readFacts(input: ByteReader, size: number): Promise<Buffer> {
  if (size > LONGEST_FACTS) throw new ArchiveError("is corrupt: a header is too long");
  const padded = Math.ceil(size / BLOCK) * BLOCK;
  const bytes = await input.take(padded);
  if (bytes.length < padded) throw new ArchiveError("ends too early");
  return bytes.subarray(0, size);
}

/** Records are "LENGTH KEY=VALUE\n", the length that of the whole record. */
function addPaxFacts(facts: Map<string, Buffer>, bytes: Buffer): void {
  for (let start = 0; start < bytes.length; ) {
    const space = bytes.indexOf(0x20, start);
    const length = space < 0 ? Number.NaN : Number(bytes.toString("latin1", start, space));
    const record = bytes.subarray(space + 1, start + length - 1);
    const equals = record.indexOf(0x3d);
    const isWhole = Number.isInteger(length) && start + length <= bytes.length && start + length > space + 1;
    if (!isWhole || equals < 0) throw new ArchiveError("is corrupt: a header cannot be read");
    facts.set(record.toString("latin1", 0, equals), record.subarray(equals + 1));
    start += length;
  }
}

function sizeOf(header: Buffer, fact: Buffer | undefined): number {
  const size = fact === undefined ? octal(header, 124, 12) : Number(fact.toString("latin1"));
  if (!Number.isSafeInteger(size) || size < 0) throw new ArchiveError("is corrupt: a size is no number");
  return size;
}

/** A number in octal digits, or, with the first bit set, in binary. */
function octal(header: Buffer, offset: number, length: number): number {
  const field = header.subarray(offset, offset + length);
  if (((field[0] ?? 0) & 0x80) === 0) {
    const digits = field.toString("latin1").replace(/[\0 ]+/g, "");
    return digits === "" ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
  }
  return field.reduce((sum, byte, index) => sum * 256 + (index === 0 ? byte & 0x7f : byte), 0);
}

/** The sum of all bytes, those of the checksum itself taken as spaces. */
function hasRightChecksum(header: Buffer): boolean {
  let sum = 0;
  for (const [index, byte] of header.entries()) sum += index >= 148 && index < 156 ? 0x20 : byte;
  return octal(header, 148, 8) === sum;
}

function untilNul(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

function decode(bytes: Buffer, entry?: string): string {
  const text = bytes.toString("utf8");
  if (!isUtf8(bytes)) throw new ArchiveError("has a name or link target that is not UTF-8", entry ?? text);
  return text;
}

/** Whether these first bytes of a file are those of a tar archive. */
export function looksLikeTar(start: Buffer): boolean {
  return (
    start.length >= BLOCK && start.some((byte) => byte !== 0) && hasRightChecksum(start.subarray(0, BLOCK))
  );
}
