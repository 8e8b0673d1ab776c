// The entries of a zip archive, in the order of its directory, without unpacking anything. yauzl knows the format;
// names, links and checksums, which it leaves to its user, are looked after here.
import { isUtf8 } from "node:buffer";
import { crc32 } from "node:zlib";
import { type Entry, getFileNameLowLevel, openPromise, type ZipFile } from "yauzl";
import { type ArchiveEntry, ArchiveError } from "./archive-entry.ts";

const LONGEST_LINK = 4096;
const UNIX = new Set([3, 19]);
const UTF8_FLAG = 0x800;

export async function* readZip(file: string): AsyncGenerator<ArchiveEntry, void, undefined> {
  // Names stay bytes: yauzl's own check gives up on the whole archive without naming the entry.
  const zip = await openPromise(file, { autoClose: false, decodeStrings: false });
  try {
    for await (const entry of zip.eachEntry()) yield await describe(zip, entry);
  } finally {
    zip.close();
  }
}

async function describe(zip: ZipFile, entry: Entry): Promise<ArchiveEntry> {
  const path = nameOf(entry);
  if (path.includes("\\")) throw new ArchiveError("has a backslash in its name", path);
  const mode = UNIX.has(entry.versionMadeBy >> 8) ? entry.externalFileAttributes >>> 16 : 0;
  const type = mode & 0o170000;
  if (path.endsWith("/") || type === 0o040000) return { kind: "directory", path };
  if (entry.isEncrypted()) throw new ArchiveError("is encrypted", path);
  if (!entry.canDecodeFileData()) {
    throw new ArchiveError(
      `is packed in a way that is not supported (method ${entry.compressionMethod})`,
      path,
    );
  }
  if (type === 0o120000) return { kind: "symlink", path, linkTarget: await readLink(zip, entry, path) };
  if (type !== 0 && type !== 0o100000) return { kind: "special", path };
  return {
    kind: "file",
    path,
    executable: (mode & 0o111) !== 0,
    content: readContent(zip, entry, path),
  };
}

function nameOf(entry: Entry): string {
  const isText = (entry.generalPurposeBitFlag & UTF8_FLAG) === 0 || isUtf8(entry.fileNameRaw);
  if (!isText) throw new ArchiveError("has a name that is not UTF-8", entry.fileNameRaw.toString());
  return getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true);
}

async function readLink(zip: ZipFile, entry: Entry, path: string): Promise<string> {
  if (entry.uncompressedSize > LONGEST_LINK) throw new ArchiveError("is a link that leads too far", path);
  const parts: Uint8Array[] = [];
  for await (const part of readContent(zip, entry, path)) parts.push(part);
  const target = Buffer.concat(parts);
  if (!isUtf8(target)) throw new ArchiveError("has a link target that is not UTF-8", path);
  return target.toString();
}

/** yauzl compares the size; the checksum is left to us. */
async function* readContent(
  zip: ZipFile,
  entry: Entry,
  path: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = await zip.openReadStreamPromise(entry);
  let sum = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (sum !== entry.crc32) throw new ArchiveError("is corrupt: its checksum is wrong", path);
}
