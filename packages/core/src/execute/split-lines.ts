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

/** Lines come without their "\n" or "\r\n". Invalid UTF-8 becomes U+FFFD; characters split over chunks are kept. */
export function splitLines(onLine: (line: OutputLine) => void): LineSplitter {
  const open = {
    stdout: { decoder: new TextDecoder(), text: "" },
    stderr: { decoder: new TextDecoder(), text: "" },
  };
  const drain = (stream: "stdout" | "stderr", added: string) => {
    const state = open[stream];
    const lines = (state.text + added).split("\n");
    state.text = lines.pop() ?? "";
    for (const line of lines) emitLine(stream, line.endsWith("\r") ? line.slice(0, -1) : line);
    while (state.text.length > LONGEST_LINE) {
      onLine({ stream, text: state.text.slice(0, LONGEST_LINE) });
      state.text = state.text.slice(LONGEST_LINE);
    }
  };
  const emitLine = (stream: "stdout" | "stderr", line: string) => {
    for (let at = 0; at === 0 || at < line.length; at += LONGEST_LINE) {
      onLine({ stream, text: line.slice(at, at + LONGEST_LINE) });
    }
  };
  return {
    push: ({ stream, bytes }) => drain(stream, open[stream].decoder.decode(bytes, { stream: true })),
    end: () => {
      for (const stream of ["stdout", "stderr"] as const) {
        drain(stream, open[stream].decoder.decode());
        if (open[stream].text !== "") emitLine(stream, open[stream].text);
        open[stream].text = "";
      }
    },
  };
}
