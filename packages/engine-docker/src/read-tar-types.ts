// Owns the headers of tar streams: kinds and sizes of entries. Contents are left to others.

export const blockSize = 512;

/**
 * The type flag of each entry, extension headers included, then "end" where the archive has its end mark. Contents are
 * passed over, not kept.
 */
export async function* readTarTypes(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let header = Buffer.alloc(0);
  let content = 0;
  for await (const chunk of source) {
    let at = 0;
    while (at < chunk.length) {
      if (content > 0) {
        const passed = Math.min(content, chunk.length - at);
        content -= passed;
        at += passed;
        continue;
      }
      const piece = chunk.subarray(at, at + blockSize - header.length);
      at += piece.length;
      header = Buffer.concat([header, piece]);
      if (header.length < blockSize) continue;
      if (header.every((byte) => byte === 0)) {
        yield "end";
        return;
      }
      const type = typeAt(header, 0);
      content = hasContent(type) ? readPaddedSize(header, 0) : 0;
      header = Buffer.alloc(0);
      yield type;
    }
  }
}

/** pax headers (x, g) and GNU long names (L, K) come before the entry they are about. */
export function isExtension(type: string): boolean {
  return type !== "" && "xgLK".includes(type);
}

/** `start`: of the header. "" where the buffer ends before the flag. */
export function typeAt(buffer: Buffer, start: number): string {
  return buffer.toString("latin1", start + 156, start + 157);
}

/** Bytes from the end of the header to the next one. */
export function readPaddedSize(buffer: Buffer, start: number): number {
  const size = Number.parseInt(buffer.toString("latin1", start + 124, start + 136), 8) || 0;
  return Math.ceil(size / blockSize) * blockSize;
}

/** Links, devices, folders and pipes have none, whatever size they name. */
function hasContent(type: string): boolean {
  return !"123456".includes(type);
}
