// Reads exact numbers of bytes from a stream of chunks of any size, and bodies of known length between other bytes.

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
      if (rest.length >= size) {
        const part = rest.subarray(0, size);
        rest = rest.subarray(size);
        return part;
      }
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

export interface Body {
  /** To be read at most once. */
  readonly content: AsyncIterable<Uint8Array>;
  /** Skips the rest of it and its padding. */
  skip(): Promise<void>;
}

/** `size` bytes, and skips `padding` more. Throws `endedEarly()` when the stream has fewer. */
export function readBody(
  input: ByteReader,
  {
    size,
    padding,
    endedEarly,
  }: { readonly size: number; readonly padding: number; readonly endedEarly: () => Error },
): Body {
  let left = size;
  const next = async () => {
    const part = await input.some(left);
    if (part === undefined) throw endedEarly();
    left -= part.length;
    return part;
  };
  const content = async function* () {
    while (left > 0) yield await next();
  };
  const skip = async () => {
    while (left > 0) await next();
    if ((await input.take(padding)).length < padding) throw endedEarly();
  };
  return { content: content(), skip };
}
