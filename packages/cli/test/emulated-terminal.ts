// A terminal emulator as the output of a renderer.
import { Terminal } from "@xterm/headless";
import type { Output } from "../src/render/renderer.ts";
import { createRecordingOutput } from "./fake-session.ts";

export interface EmulatedTerminal {
  readonly output: Output;
  /** All lines that it keeps, with those that have scrolled up; a line that wrapped is several. */
  readonly read: () => Promise<readonly string[]>;
}

export function emulateTerminal(columns: number, rows: number): EmulatedTerminal {
  const terminal = new Terminal({
    cols: columns,
    rows,
    scrollback: 5000,
    convertEol: true,
    allowProposedApi: true,
  });
  const screen = createRecordingOutput({ columns, rows, isTTY: true });
  const write = (text: string) => {
    terminal.write(text);
    return screen.write(text);
  };
  return {
    output: { ...screen, write },
    async read() {
      const { promise, resolve } = Promise.withResolvers<void>();
      terminal.write("", resolve);
      await promise;
      const { active } = terminal.buffer;
      return Array.from(
        { length: active.length },
        (_, row) => active.getLine(row)?.translateToString(true) ?? "",
      );
    },
  };
}
