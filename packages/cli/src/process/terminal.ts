// The terminal of this process as that of a program in a container: raw input, and the size. Restored at the end.
import { on } from "node:events";
import type { TerminalSize } from "@sti/core";

export interface Terminal {
  readonly input: AsyncIterable<Uint8Array>;
  readonly size: TerminalSize;
  /** Gives the terminal back, and ends the input. */
  readonly close: () => void;
}

/** Both are a terminal. */
export function openTerminal(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Terminal {
  const end = new AbortController();
  const restore = () => void input.setRawMode(false);
  input.setRawMode(true);
  // Also where the process ends at once, by a second signal.
  process.once("exit", restore);
  return {
    input: readInput(input, end.signal),
    size: {
      read: () => ({ columns: output.columns, rows: output.rows }),
      follow(listener) {
        output.on("resize", listener);
        return () => void output.off("resize", listener);
      },
    },
    close() {
      process.off("exit", restore);
      restore();
      end.abort();
      input.pause();
    },
  };
}

/** The input until it ends, or the signal aborts. */
export async function* readInput(
  input: NodeJS.ReadableStream,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const [chunk] of on(input, "data", { close: ["end"], signal })) yield chunk as Uint8Array;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
