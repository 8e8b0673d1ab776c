// Owns the reading of the first bytes of the first file in a tar stream. Leaves archives as such to others.

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

const blockSize = 512;

/** pax headers (x, g) and GNU long names (L, K) come before the entry they are about. */
function isExtension(type: number | undefined): boolean {
  return type !== undefined && "xgLK".includes(String.fromCharCode(type));
}

function readSize(buffer: Buffer, start: number): number {
  return Number.parseInt(buffer.toString("latin1", start + 124, start + 136), 8) || 0;
}
