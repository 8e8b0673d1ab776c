// Owns the reading of the beginning of a tar stream: the first bytes of its first file, and whether more entries follow.
// Leaves archives as such to others.

/** The first `wanted` bytes of the first entry that is no extension header; fewer when the stream has fewer. */
export async function readTarHead(source: AsyncIterable<Uint8Array>, wanted: number): Promise<Uint8Array> {
  let buffer = Buffer.alloc(0);
  let start = 0;
  for await (const chunk of source) {
    buffer = Buffer.concat([buffer, chunk]);
    while (buffer.length >= start + blockSize && isExtension(buffer[start + 156])) {
      start += blockSize + Math.ceil(readSize(buffer, start) / blockSize) * blockSize;
    }
    if (buffer.length >= start + blockSize + wanted) break;
  }
  return Uint8Array.from(buffer.subarray(start + blockSize, start + blockSize + wanted));
}

/** Whether there is more in the stream than one entry. A folder comes before what is in it. */
export async function hasSecondEntry(source: AsyncIterable<Uint8Array>): Promise<boolean> {
  let buffer = Buffer.alloc(0);
  let entries = 0;
  /** Bytes of the entry that was counted last, still to be passed over. */
  let left = 0;
  for await (const chunk of source) {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const passed = Math.min(left, buffer.length);
      buffer = buffer.subarray(passed);
      left -= passed;
      if (left > 0 || buffer.length < blockSize) break;
      // Zeros end an archive.
      if (buffer[0] === 0) return false;
      if (!isExtension(buffer[156])) entries += 1;
      if (entries > 1) return true;
      left = blockSize + Math.ceil(readSize(buffer, 0) / blockSize) * blockSize;
    }
  }
  return false;
}

const blockSize = 512;

/** pax headers (x, g) and GNU long names (L, K) come before the entry they are about. */
function isExtension(type: number | undefined): boolean {
  return type !== undefined && "xgLK".includes(String.fromCharCode(type));
}

function readSize(buffer: Buffer, start: number): number {
  return Number.parseInt(buffer.toString("latin1", start + 124, start + 136), 8) || 0;
}
