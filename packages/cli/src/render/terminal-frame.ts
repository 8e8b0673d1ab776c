// Puts frames on a terminal: moves back over the last live lines, prints finished lines, draws the live ones anew.
// Knows the cursor; decides nothing about content.

import type { Output } from "./renderer.ts";
import { textWidth } from "./text-width.ts";

export interface TerminalFrame {
  draw(frame: { readonly scroll: readonly string[]; readonly live: readonly string[] }): void;
  /** Shows the cursor again, below everything drawn. */
  restore(): void;
}

const csi = "\u001b[";
const hideCursor = `${csi}?25l`;
const showCursor = `${csi}?25h`;
/** Terminals that know it show the frame at once, without flicker; others ignore it. */
const beginFrame = `${csi}?2026h`;
const endFrame = `${csi}?2026l`;
/** Of live lines: a glyph that is wider than thought is cut off by the terminal instead of wrapping. */
const wrapOff = `${csi}?7l`;
const wrapOn = `${csi}?7h`;
const clearLine = `${csi}2K`;

export function createTerminalFrame(output: Output): TerminalFrame {
  let live: readonly string[] = [];
  let hidden = false;
  return {
    draw(frame) {
      if (frame.scroll.length === 0 && sameLines(live, frame.live)) return;
      const back = rowsOf(live, output);
      // A scrolled line may take several rows: those of the earlier frame are empty before it comes.
      const isScrolled = frame.scroll.length > 0;
      output.write(
        [
          beginFrame,
          hidden || frame.live.length === 0 ? "" : hideCursor,
          back > 0 ? `${csi}${back}A` : "",
          "\r",
          isScrolled ? clearRows(back) : "",
          frame.scroll.map((line) => `${line}\n`).join(""),
          wrapOff,
          frame.live.map((line) => `${clearLine}${line}\n`).join(""),
          isScrolled ? "" : clearRows(back - frame.live.length),
          wrapOn,
          endFrame,
        ].join(""),
      );
      hidden ||= frame.live.length > 0;
      live = frame.live;
    },
    restore() {
      if (!hidden) return;
      output.write(`${wrapOn}${showCursor}`);
      hidden = false;
    },
  };
}

/**
 * Clears rows of the earlier frame, and moves back. Row by row: terminals that keep what is cleared from
 * the top of the screen (tmux) would fill their history with old frames.
 */
function clearRows(rows: number): string {
  return rows > 0 ? `${`${clearLine}\n`.repeat(rows)}${csi}${rows}A` : "";
}

/** Rows the drawn lines take by now: a terminal made narrower since then has wrapped them. */
function rowsOf(lines: readonly string[], output: Output): number {
  const columns = output.columns || Number.POSITIVE_INFINITY;
  const rows = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(textWidth(line) / columns)), 0);
  return output.rows ? Math.min(rows, output.rows - 1) : rows;
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}
