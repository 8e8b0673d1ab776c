// Reads the lines of a file that another process writes, from its first line on.
import { StringDecoder } from "node:string_decoder";
import { setTimeout as sleep } from "node:timers/promises";
import { openRegular } from "@sti/files";

/** Milliseconds between two reads of a file that is read to its end. */
const PAUSE = 100;
const CHUNK = 64 * 1024;

/**
 * Ends once `isOver` was true before the file was read to its end. A last line without an end is left out. Rejects with
 * a FileProblem, or with the signal's reason.
 */
export async function* followLines(
  file: string,
  { isOver, signal }: { readonly isOver: () => boolean; readonly signal: AbortSignal },
): AsyncGenerator<string> {
  const { handle } = await openRegular(file, { links: "refuse", signal });
  const decoder = new StringDecoder("utf8");
  const chunk = Buffer.allocUnsafe(CHUNK);
  let rest = "";
  try {
    while (true) {
      const isLast = isOver();
      while (true) {
        signal.throwIfAborted();
        const { bytesRead } = await handle.read(chunk, 0, CHUNK, null);
        if (bytesRead === 0) break;
        const lines = (rest + decoder.write(chunk.subarray(0, bytesRead))).split("\n");
        rest = lines.pop() ?? "";
        yield* lines;
      }
      if (isLast) return;
      await pause(signal);
    }
  } finally {
    await handle.close();
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  try {
    await sleep(PAUSE, undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}
