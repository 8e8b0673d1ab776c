// Owns the frames in which an engine sends a container's output: eight bytes of header, then the piece itself.
import type { OutputChunk } from "@sti/core";

/** Yields output in order, in time linear to its size, wherever the chunks begin and end. */
export async function* decodeLogStream(source: AsyncIterable<Uint8Array>): AsyncGenerator<OutputChunk> {
  const header = new Uint8Array(headerLength);
  let headerFilled = 0;
  let left = 0;
  for await (const chunk of source) {
    let at = 0;
    while (at < chunk.length) {
      if (left === 0) {
        const taken = Math.min(headerLength - headerFilled, chunk.length - at);
        header.set(chunk.subarray(at, at + taken), headerFilled);
        headerFilled += taken;
        at += taken;
        if (headerFilled < headerLength) break;
        headerFilled = 0;
        left = new DataView(header.buffer).getUint32(4);
        continue;
      }
      const taken = Math.min(left, chunk.length - at);
      yield { stream: header[0] === 2 ? "stderr" : "stdout", bytes: chunk.subarray(at, at + taken) };
      left -= taken;
      at += taken;
    }
  }
}

const headerLength = 8;
