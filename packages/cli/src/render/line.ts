// Lines as styled pieces of text, cut to a width before any colour is added, so that a cut never breaks an escape
// sequence. Everything that reaches a terminal through here is made safe first.
import { styleText } from "node:util";
import { sanitizeLine } from "./sanitize.ts";
import { textWidth } from "./text-width.ts";

export type Style = Parameters<typeof styleText>[0];

export interface Piece {
  readonly text: string;
  readonly style?: Style;
  /** Not to be broken at its spaces where lines are wrapped. */
  readonly whole?: boolean;
}

/** One line: plain strings are pieces without a style. */
export type Line = readonly (string | Piece)[];

export interface LineView {
  /** Columns to keep to; infinite if the width is unknown. */
  readonly columns: number;
  readonly colour: boolean;
}

/** The line as text that is never wider than the view. */
export function printLine(line: Line, view: LineView): string {
  let room = view.columns;
  let printed = "";
  const pieces = line.map(readPiece).filter((piece) => piece.text !== "");
  for (const [index, piece] of pieces.entries()) {
    const width = textWidth(piece.text);
    const last = index === pieces.length - 1;
    if (width < room || (width === room && last)) {
      printed += paint(piece, view.colour);
      room -= width;
      continue;
    }
    const shown = width <= room ? cutText(`${piece.text} `, room) : cutText(piece.text, room);
    return printed + paint({ ...piece, text: shown }, view.colour);
  }
  return printed;
}

/** The text cut to a number of columns, with an ellipsis in the last one. */
export function cutText(text: string, columns: number): string {
  if (columns <= 0) return "";
  if (textWidth(text) <= columns) return text;
  let cut = "";
  let room = columns - 1;
  // A column holds at least one character, save for marks that have no width; the slice keeps huge lines cheap.
  for (const { segment } of new Intl.Segmenter().segment(text.slice(0, columns * 8))) {
    room -= textWidth(segment);
    if (room < 0) break;
    cut += segment;
  }
  return `${cut.trimEnd()}…`;
}

/** The text cut or filled with spaces to exactly this many columns. */
export function fitText(text: string, columns: number): string {
  const cut = cutText(text, columns);
  return cut + " ".repeat(Math.max(0, columns - textWidth(cut)));
}

export function lineWidth(line: Line): number {
  return line.reduce((width, piece) => width + textWidth(readPiece(piece).text), 0);
}

function readPiece(piece: string | Piece): Piece {
  const whole = typeof piece === "string" ? { text: piece } : piece;
  return { ...whole, text: sanitizeLine(whole.text).replaceAll("\t", "  ") };
}

/** Whether colours are wanted is decided once per stream; here it is only done. */
function paint(piece: Piece, colour: boolean): string {
  if (!colour || piece.style === undefined || piece.text.trim() === "") return piece.text;
  return styleText(piece.style, piece.text, { validateStream: false });
}
