// Reads exact numbers of bytes from a stream of chunks of any size.

export interface ByteReader {
  /** Exactly `size` bytes; fewer only at the end of the stream. */
  take(size: number): Promise<Buffer>;
  /** At least one byte and at most `size`; undefined at the end of the stream. */
  some(size: number): Promise<Buffer | undefined>;
}

export function createByteReader(chunks: AsyncIterable<Uint8Array>): ByteReader {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const some = async (size: number) => {
    while (rest.length === 0) {
      const next = await iterator.next();
      if (next.done === true) return undefined;
      rest = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    }
    const part = rest.subarray(0, size);
    rest = rest.subarray(part.length);
    return part;
  };
  return {
    some,
    take: async (size) => {
      const parts: Buffer[] = [];
      for (let left = size; left > 0; ) {
        const part = await some(left);
        if (part === undefined) break;
        parts.push(part);
        left -= part.length;
      }
      const [only] = parts;
      return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
    },
  };
}
