// Bounds a file: its start and its end are kept, and a line between them names how much is left out. The end is held in
// memory, but only from the moment when the start is full; it is written when the file is closed.
import type { FileOutput } from "./file-output.ts";

export interface OutputLimits {
  /** Bytes at the start of the file. */
  readonly head: number;
  /** Bytes at its end. */
  readonly tail: number;
}

/** Writes are whole lines, which are kept or left out as such. */
export function capOutput(output: FileOutput, { head, tail }: OutputLimits): FileOutput {
  let written = 0;
  let held: HeldText | undefined;
  return {
    write(text) {
      const bytes = Buffer.byteLength(text);
      if (held === undefined && written + bytes <= head) {
        written += bytes;
        output.write(text);
        return;
      }
      held ??= holdText(tail);
      held.add(text, bytes);
    },
    close() {
      if (held !== undefined) {
        const { leftOut, texts } = held.end();
        if (leftOut > 0) output.write(`[sti: ${leftOut} bytes are left out here]\n`);
        for (const text of texts) output.write(text);
        held = undefined;
      }
      output.close();
    },
    problem: output.problem,
  };
}

interface HeldText {
  add(text: string, bytes: number): void;
  end(): { readonly texts: readonly string[]; readonly leftOut: number };
}

interface Block {
  text: string;
  bytes: number;
}

/** The last bytes of a text, in few blocks: an object for each line would take more than the lines do. */
function holdText(limit: number): HeldText {
  const blockSize = Math.max(1, Math.floor(limit / 256));
  const blocks: Block[] = [];
  let total = 0;
  let leftOut = 0;
  return {
    add(text, bytes) {
      const last = blocks.at(-1);
      if (last !== undefined && last.bytes + bytes <= blockSize) {
        last.text += text;
        last.bytes += bytes;
      } else blocks.push({ text, bytes });
      total += bytes;
      while (total > limit) {
        const first = blocks.shift();
        if (first === undefined) return;
        total -= first.bytes;
        leftOut += first.bytes;
      }
    },
    end: () => ({ texts: blocks.map(({ text }) => text), leftOut }),
  };
}
