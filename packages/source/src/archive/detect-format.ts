// Detects a file's format by its first bytes. The name of an archive on a file that is none is an error: it was cut off, or
// something else was stored in its place (the page of an error, say).
import { createGunzip, createZstdDecompress } from "node:zlib";
import type { ArchiveFormat } from "@sti/core";
import { openRegular } from "@sti/files";
import { createByteReader } from "./byte-reader.ts";
import { looksLikeTar } from "./read-tar.ts";

export type FileFormat =
  | { readonly kind: "archive"; readonly format: ArchiveFormat }
  /** An archive of a kind that is not read here. */
  | { readonly kind: "unsupported"; readonly name: string }
  /** Of an archive, it has only the name. */
  | { readonly kind: "damaged" }
  | { readonly kind: "file"; readonly start: Buffer };

const START = 512;

/** Rejects with a FileProblem or the file system's error. */
export async function detectFormat(file: string): Promise<FileFormat> {
  const start = await readStart(file);
  const begins = (hex: string) => start.toString("hex", 0, hex.length / 2) === hex;
  if (begins("504b0304") || begins("504b0506")) return { kind: "archive", format: "zip" };
  if (looksLikeTar(start)) return { kind: "archive", format: "tar" };
  if (begins("1f8b") && looksLikeTar(await unpackStart(file, createGunzip()))) {
    return { kind: "archive", format: "tar.gz" };
  }
  if (begins("28b52ffd") && looksLikeTar(await unpackStart(file, createZstdDecompress()))) {
    return { kind: "archive", format: "tar.zst" };
  }
  if (begins("fd377a585a00")) return { kind: "unsupported", name: "xz" };
  if (begins("425a68")) return { kind: "unsupported", name: "bzip2" };
  if (begins("377abcaf271c")) return { kind: "unsupported", name: "7z" };
  if (begins("526172211a07")) return { kind: "unsupported", name: "rar" };
  return ARCHIVE_NAME.test(file) ? { kind: "damaged" } : { kind: "file", start };
}

const ARCHIVE_NAME = /\.(?:tar|tgz|tzst|txz|tbz2?|zip|7z|rar|tar\.(?:gz|zst|xz|bz2|lz4|lzma|br|Z))$/i;

async function readStart(file: string): Promise<Buffer> {
  const { handle } = await openRegular(file);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(START), 0, START, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Empty where it cannot be unpacked. */
async function unpackStart(file: string, unpacker: ReturnType<typeof createGunzip>): Promise<Buffer> {
  const { handle } = await openRegular(file);
  const source = handle.createReadStream();
  try {
    source.on("error", (error) => unpacker.destroy(error));
    source.pipe(unpacker);
    return await createByteReader(unpacker).take(START);
  } catch {
    // By its name it is told from a single file.
    return Buffer.alloc(0);
  } finally {
    source.destroy();
    unpacker.destroy();
    await handle.close();
  }
}
