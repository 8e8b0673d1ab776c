// The bytes of a snapshot's files for an archive, compared with the snapshot on the way. Small files are read
// ahead; big ones flow through in chunks.

import { createHash, hash } from "node:crypto";
import { closeSync } from "node:fs";
import { SourceChangedError } from "@sti/core";
import { classifyFileError, openRegularFile, readInto, SMALL_FILE } from "../disk/open-file.ts";

export interface ExpectedFile {
  /** Absolute. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** sha256, hex. */
  readonly digest: string;
}

/** Exactly the file's expected bytes, or a SourceChangedError on the way; chunks are the reader's to keep. */
export type PackedFile = AsyncIterable<Uint8Array> | Iterable<Promise<Uint8Array>>;

export interface FileReader {
  /** The next file in order. */
  next(): PackedFile;
  /** Waits until nothing is being read any more. */
  settle(): Promise<void>;
}

const FILES_AHEAD = 16;
const CHUNK = 256 * 1024;

export function readAhead(files: readonly ExpectedFile[]): FileReader {
  const reading = new Map<ExpectedFile, Promise<Uint8Array>>();
  let position = 0;
  let ahead = 0;
  return {
    next: () => {
      for (; ahead < files.length && ahead < position + FILES_AHEAD; ahead += 1) {
        const file = files[ahead];
        if (file === undefined || file.size > SMALL_FILE) continue;
        const bytes = readWhole(file);
        // Its error is met when its turn comes, which it may never do.
        bytes.catch(() => undefined);
        reading.set(file, bytes);
      }
      const file = files[position];
      if (file === undefined) throw new Error("no file is left to read");
      position += 1;
      const bytes = reading.get(file);
      reading.delete(file);
      return bytes === undefined ? readChunks(file) : [bytes];
    },
    settle: async () => {
      await Promise.allSettled(reading.values());
    },
  };
}

async function readWhole(file: ExpectedFile): Promise<Uint8Array> {
  const fd = await openExpected(file);
  try {
    const buffer = Buffer.allocUnsafe(file.size);
    const filled = await readInto(fd, buffer);
    if (filled < file.size || hash("sha256", buffer) !== file.digest) throw new SourceChangedError(file.path);
    return buffer;
  } finally {
    closeSync(fd);
  }
}

async function* readChunks(file: ExpectedFile): AsyncGenerator<Uint8Array, void, undefined> {
  const fd = await openExpected(file);
  try {
    const sha256 = createHash("sha256");
    for (let left = file.size; left > 0; ) {
      // A new buffer each time: the ones before may still be on their way.
      const chunk = Buffer.allocUnsafe(Math.min(left, CHUNK));
      if ((await readInto(fd, chunk)) < chunk.length) throw new SourceChangedError(file.path);
      sha256.update(chunk);
      left -= chunk.length;
      // The last chunk is held back until the digest is known to be right.
      if (left === 0 && sha256.digest("hex") !== file.digest) throw new SourceChangedError(file.path);
      yield chunk;
    }
  } finally {
    closeSync(fd);
  }
}

async function openExpected(file: ExpectedFile): Promise<number> {
  const opened = await openRegularFile(file.path).catch((error: unknown) => {
    // It could be read when the snapshot was made.
    classifyFileError(error);
    return undefined;
  });
  if (opened === undefined) throw new SourceChangedError(file.path);
  if (opened.state.size === file.size) return opened.fd;
  closeSync(opened.fd);
  throw new SourceChangedError(file.path);
}
