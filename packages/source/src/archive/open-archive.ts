// The checked entries of an archive file, with bounds on its unpacked size.
import type { FileHandle } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import type { ArchiveFormat } from "@sti/core";
import { openRegular } from "@sti/files";
import { type ArchiveEntry, ArchiveError } from "./archive-entry.ts";
import { checkEntries } from "./check-entries.ts";
import { readTar } from "./read-tar.ts";
import { readZip } from "./read-zip.ts";

/** Bytes. */
const MOST_BYTES = 4 * 1024 ** 3;
const MOST_TIMES = 200;
const CHUNK = 256 * 1024;
/** Smaller unpacked sizes do no harm, bytes. */
const HARMLESS = 64 * 1024 ** 2;

/** Throws an ArchiveError for a broken, hostile or too big archive, a FileProblem, and the file system's errors. */
export async function* openArchive(
  file: string,
  format: ArchiveFormat,
): AsyncGenerator<ArchiveEntry, void, undefined> {
  const { handle, size } = await openRegular(file);
  try {
    const measure = createMeasure(size);
    // yauzl opens the file itself; by then it is known to be one.
    yield* checkEntries(
      format === "zip" ? measureZip(file, measure) : readTar(unpack(handle, format, measure)),
    );
  } finally {
    await handle.close();
  }
}

type Measure = (bytes: Uint8Array, entry?: string) => void;

function createMeasure(packedSize: number): Measure {
  let total = 0;
  return (bytes, entry) => {
    total += bytes.length;
    if (total > MOST_BYTES) throw new ArchiveError("unpacks to more than 4 GiB", entry);
    if (total > HARMLESS && total > packedSize * MOST_TIMES) {
      throw new ArchiveError(`unpacks to more than ${MOST_TIMES} times its size`, entry);
    }
  };
}

async function* measureZip(file: string, measure: Measure): AsyncGenerator<ArchiveEntry, void, undefined> {
  for await (const entry of readZip(file)) {
    if (entry.kind !== "file") yield entry;
    else yield { ...entry, content: measured(entry.content, (bytes) => measure(bytes, entry.path)) };
  }
}

async function* unpack(
  handle: FileHandle,
  format: Exclude<ArchiveFormat, "zip">,
  measure: Measure,
): AsyncGenerator<Uint8Array, void, undefined> {
  const packed = handle.createReadStream({ highWaterMark: CHUNK, autoClose: false });
  if (format === "tar") return yield* measured(packed, measure);
  const unpacker =
    format === "tar.gz" ? createGunzip({ chunkSize: CHUNK }) : createZstdDecompress({ chunkSize: CHUNK });
  // Its errors come out of the last stream, which is read below.
  pipeline(packed, unpacker, () => undefined);
  yield* measured(unpacker, measure);
}

async function* measured(
  chunks: AsyncIterable<Uint8Array>,
  measure: Measure,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    measure(chunk);
    yield chunk;
  }
}
