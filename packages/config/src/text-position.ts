// Offsets in a text as lines and columns, and the lines around a place as text.
import type { Location } from "@sti/core";

const BYTE_ORDER_MARK = "\uFEFF";
const LINES_BEFORE = 2;
const LONGEST_LINE = 160;

/** The place of an offset (in UTF-16 units). A byte order mark is no column. */
export function locationAt(file: string, text: string, offset: number): Location {
  let line = 1;
  let lineStart = text.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
  for (let end = text.indexOf("\n"); end !== -1 && end < offset; end = text.indexOf("\n", end + 1)) {
    line += 1;
    lineStart = end + 1;
  }
  return { file, line, column: Math.max(1, offset - lineStart + 1) };
}

/** The lines up to a place, numbered, with a caret under it; undefined when the text has no such line. */
export function codeFrame(text: string, { line, column }: Location): string | undefined {
  const lines = text.replace(BYTE_ORDER_MARK, "").split(/\r?\n/);
  if (lines[line - 1] === undefined) return undefined;
  const first = Math.max(1, line - LINES_BEFORE);
  const digits = String(line).length;
  // A line of a minified file is shown around the place only.
  const cut = Math.max(0, column - LONGEST_LINE / 2);
  const shown = lines.slice(first - 1, line).map((content, index) => {
    const marker = first + index === line ? ">" : " ";
    const visible = content.replaceAll("\t", " ").slice(cut, cut + LONGEST_LINE);
    return `${marker} ${String(first + index).padStart(digits)} | ${visible}`.trimEnd();
  });
  return [...shown, `  ${" ".repeat(digits)} | ${" ".repeat(column - 1 - cut)}^`].join("\n");
}
