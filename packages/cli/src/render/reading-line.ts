// One line on a terminal with the progress of reading the files of two images. On anything but a terminal: nothing.
import type { FilesProgress } from "@sti/core";
import { formatBytes } from "./format-amount.ts";

/** Milliseconds between two drawings. */
const PAUSE = 100;

export interface ReadingLine {
  show(side: "left" | "right", progress: FilesProgress): void;
  /** Takes it away. */
  clear(): void;
}

export function startReadingLine(stream: NodeJS.WriteStream, isWanted: boolean): ReadingLine {
  if (!isWanted || stream.isTTY !== true) return { show: () => {}, clear: () => {} };
  const known = { left: { files: 0, bytes: 0 }, right: { files: 0, bytes: 0 } };
  let drawn = 0;
  return {
    show(side, progress) {
      known[side] = progress;
      const now = performance.now();
      if (now - drawn < PAUSE) return;
      drawn = now;
      const text = Object.entries(known).map(
        ([name, { bytes, files }]) => `${name} ${files} files, ${formatBytes(bytes)}`,
      );
      // A terminal of unknown width reports 0.
      const width = (stream.columns || 80) - 10;
      stream.write(`\r\u001b[2Kreading  ${text.join("  ·  ").slice(0, Math.max(0, width))}`);
    },
    clear() {
      if (drawn > 0) stream.write("\r\u001b[2K");
    },
  };
}
