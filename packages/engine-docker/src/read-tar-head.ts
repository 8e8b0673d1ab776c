// Owns the reading of the first bytes of the first file in a tar stream. Leaves archives as such to others.
import { blockSize, isExtension, readPaddedSize, typeAt } from "./read-tar-types.ts";

/** The first `wanted` bytes of the first entry that is no extension header; fewer when the stream has fewer. */
export async function readTarHead(source: AsyncIterable<Uint8Array>, wanted: number): Promise<Uint8Array> {
  let buffer = Buffer.alloc(0);
  let start = 0;
  for await (const chunk of source) {
    buffer = Buffer.concat([buffer, chunk]);
    while (buffer.length >= start + blockSize && isExtension(typeAt(buffer, start))) {
      start += blockSize + readPaddedSize(buffer, start);
    }
    if (buffer.length >= start + blockSize + wanted) break;
  }
  return Uint8Array.from(buffer.subarray(start + blockSize, start + blockSize + wanted));
}
