// Joins small chunks of a stream, so that a socket gets few big writes; big chunks pass as they are.

const BLOCK = 128 * 1024;

export async function* joinBlocks(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let block = Buffer.allocUnsafe(BLOCK);
  let used = 0;
  for await (const chunk of chunks) {
    const big = chunk.length > BLOCK / 2;
    if (used > 0 && (big || used + chunk.length > BLOCK)) {
      yield block.subarray(0, used);
      block = Buffer.allocUnsafe(BLOCK);
      used = 0;
    }
    if (big) {
      yield chunk;
    } else {
      block.set(chunk, used);
      used += chunk.length;
    }
  }
  if (used > 0) yield block.subarray(0, used);
}
