// Breaks a line at spaces so that it reads well in a narrow terminal; words, paths and commands stay whole.
import type { Line, Piece } from "./line.ts";
import { textWidth } from "./text-width.ts";

export interface WrapOptions {
  readonly columns: number;
  /** Spaces before every line but the first. */
  readonly indent: number;
}

/** A piece with `whole` is never broken inside. */
export function wrapLine(line: Line, { columns, indent }: WrapOptions): readonly Line[] {
  const room = Math.max(20, columns);
  const lines: Piece[][] = [[]];
  let width = 0;
  for (const token of line.flatMap(tokensOf)) {
    const tokenWidth = textWidth(token.text);
    const blank = token.text.trim() === "";
    if (width + tokenWidth > room && width > indent) {
      lines.push([{ text: " ".repeat(indent) }]);
      width = indent;
      if (blank) continue;
    }
    lines.at(-1)?.push(token);
    width += tokenWidth;
  }
  return lines.map(withoutTrailingBlank);
}

/** Words and the spaces between them. */
function tokensOf(part: string | Piece): readonly Piece[] {
  const piece = typeof part === "string" ? { text: part } : part;
  if (piece.whole === true) return [piece];
  return piece.text.split(/( +)/).flatMap((text) => (text === "" ? [] : [{ ...piece, text }]));
}

function withoutTrailingBlank(line: readonly Piece[]): Line {
  const end = line.findLastIndex((piece) => piece.text.trim() !== "");
  return line.slice(0, end + 1);
}
