// The members of a tar stream with their headers as they are, old and new forms alike: names as bytes, extended facts,
// contents. Stricter than tar itself: a cut or damaged archive is an error. The meaning of a member is decided
// elsewhere.
import { ArchiveError } from "./archive-entry.ts";
import { type ByteReader, createByteReader, readBody } from "./byte-reader.ts";

const BLOCK = 512;
/** Names and other facts about one entry fit into this with room to spare, bytes. */
const LONGEST_FACTS = 1 << 20;

/** One member. Content has to be read before the next member is asked for; the rest of it is then lost. */
export interface TarMember {
  /** The header's type flag: "0", "5", "\0" … Never one of those that only describe the next member. */
  readonly type: string;
  /** 512 bytes, to be read before the next member is asked for. */
  readonly header: Buffer;
  /** Values of extended headers, by the names of POSIX: "path", "linkpath", "uid", "SCHILY.xattr.…". */
  readonly facts: ReadonlyMap<string, Buffer>;
  /** Bytes of content: 0 for a member whose kind has none. */
  readonly size: number;
  readonly content: AsyncIterable<Uint8Array>;
}

export async function* readTarMembers(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<TarMember, void, undefined> {
  const input = createByteReader(chunks);
  const common = new Map<string, Buffer>();
  let own = new Map<string, Buffer>();
  for (;;) {
    const header = await input.take(BLOCK);
    if (header.length < BLOCK) throw new ArchiveError("ends too early");
    if (header.every((byte) => byte === 0)) break;
    if (!hasRightChecksum(header)) throw new ArchiveError("is corrupt: a header's checksum is wrong");
    const type = String.fromCharCode(header[156] ?? 0);
    const size = sizeOf(
      header,
      type === "g" || type === "x" ? undefined : (own.get("size") ?? common.get("size")),
    );
    if ("gxLK".includes(type)) {
      const text = await readFacts(input, size);
      if (type === "g") addPaxFacts(common, text);
      else if (type === "x") addPaxFacts(own, text);
      else own.set(type === "L" ? "path" : "linkpath", untilNul(text));
      continue;
    }
    const facts = common.size === 0 ? own : new Map([...common, ...own]);
    if (own.size > 0) own = new Map();
    const length = hasContent(type, memberPath({ header, facts })) ? size : 0;
    const endedEarly = () =>
      new ArchiveError("ends too early", memberPath({ header, facts }).toString("utf8"));
    const body = readBody(input, { size: length, padding: paddingOf(length), endedEarly });
    yield { type, header, facts, size: length, content: body.content };
    await body.skip();
  }
  // To the end, so that a compressed stream is found out that is damaged behind the last entry.
  while ((await input.some(1 << 20)) !== undefined);
}

/** As the archive writes it: a directory's may end with "/". */
export function memberPath({ header, facts }: Pick<TarMember, "header" | "facts">): Buffer {
  return facts.get("path") ?? nameIn(header);
}

export function memberLinkTarget({ header, facts }: Pick<TarMember, "header" | "facts">): Buffer {
  return facts.get("linkpath") ?? untilNul(header.subarray(157, 257));
}

/** A number in octal digits, or, with the first bit set, in binary; NaN for anything else. */
export function headerNumber(header: Buffer, offset: number, length: number): number {
  const field = header.subarray(offset, offset + length);
  if (((field[0] ?? 0) & 0x80) === 0) {
    const digits = field.toString("latin1").replace(/[\0 ]+/g, "");
    return digits === "" ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
  }
  return field.reduce((sum, byte, index) => sum * 256 + (index === 0 ? byte & 0x7f : byte), 0);
}

/** Not links and folders, among them the folders of the oldest form, which are files by their type. */
function hasContent(type: string, path: Buffer): boolean {
  if (type === "1" || type === "2" || type === "5") return false;
  return path.at(-1) !== 0x2f || !["0", "\0", "7"].includes(type);
}

function nameIn(header: Buffer): Buffer {
  const name = untilNul(header.subarray(0, 100));
  const isPosix = header.toString("latin1", 257, 263) === "ustar\0";
  const prefix = isPosix ? untilNul(header.subarray(345, 500)) : Buffer.alloc(0);
  return prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from("/"), name]);
}

/** Bytes after a body up to the next multiple of a block, where entries start. */
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
  const size = fact === undefined ? headerNumber(header, 124, 12) : Number(fact.toString("latin1"));
  if (!Number.isSafeInteger(size) || size < 0) throw new ArchiveError("is corrupt: a size is not a number");
  return size;
}

/** The sum of all bytes, those of the checksum itself taken as spaces. */
export function hasRightChecksum(header: Buffer): boolean {
  let sum = 8 * 0x20;
  for (let index = 0; index < 148; index += 1) sum += header[index] ?? 0;
  for (let index = 156; index < BLOCK; index += 1) sum += header[index] ?? 0;
  return headerNumber(header, 148, 8) === sum;
}

function untilNul(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
