// Turns the bytes of a running script into whole lines of text. Bounded, whatever the script prints.
import type { OutputChunk } from "../engine/call.ts";

/** A longer line is passed on in pieces of this many characters. */
const LONGEST_LINE = 64 * 1024;

/** A line without its end. */
export interface OutputLine {
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

export interface LineSplitter {
  push(chunk: OutputChunk): void;
  /** Passes on the rest without a line end. */
  end(): void;
}

/**
 * Lines come without their "\n" or "\r\n". Invalid UTF-8 becomes U+FFFD; characters split over chunks are kept. Of a long
 * line that is drawn again and again after a "\r", the earlier drawings are left out. The same bytes give the same lines,
 * whatever chunks they come in.
 */
export function splitLines(onLine: (line: OutputLine) => void): LineSplitter {
  const open = {
    stdout: { decoder: new TextDecoder(), text: "", isCut: false },
    stderr: { decoder: new TextDecoder(), text: "", isCut: false },
  };
  /** Passes on pieces of a line until the rest is short enough. */
  const cut = (stream: "stdout" | "stderr", line: string): string => {
    let rest = line;
    while (rest.length > LONGEST_LINE) {
      const redrawn = rest.lastIndexOf("\r", LONGEST_LINE - 1);
      if (redrawn >= 0) rest = rest.slice(redrawn + 1);
      else {
        onLine({ stream, text: rest.slice(0, LONGEST_LINE) });
        open[stream].isCut = true;
        rest = rest.slice(LONGEST_LINE);
      }
    }
    return rest;
  };
  const endLine = (stream: "stdout" | "stderr", line: string) => {
    const rest = cut(stream, line);
    const text = rest.endsWith("\r") ? rest.slice(0, -1) : rest;
    if (text !== "" || !open[stream].isCut) onLine({ stream, text });
    open[stream].isCut = false;
  };
  const drain = (stream: "stdout" | "stderr", added: string) => {
    const lines = (open[stream].text + added).split("\n");
    const last = lines.pop() ?? "";
    for (const line of lines) endLine(stream, line);
    open[stream].text = cut(stream, last);
  };
  return {
    push: ({ stream, bytes }) => drain(stream, open[stream].decoder.decode(bytes, { stream: true })),
    end: () => {
      for (const stream of ["stdout", "stderr"] as const) {
        drain(stream, open[stream].decoder.decode());
        const { text } = open[stream];
        open[stream].text = "";
        if (text !== "") endLine(stream, text);
      }
    },
  };
}
