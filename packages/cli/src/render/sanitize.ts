// Makes a line of foreign text safe to print: nothing in it can move the cursor, colour, retitle or beep.
// Splitting bytes into lines is done elsewhere.

/** The rest of a longer line is never read or shown. */
const longestLine = 64 * 1024;

/** One line without escape sequences and control characters (tabs stay); of a redrawn line, its last content. */
export function sanitizeLine(text: string): string {
  const bounded = text.length > longestLine ? text.slice(0, longestLine) : text;
  if (!unsafe.test(bounded)) return bounded;
  return lastDrawn(bounded.replace(sequences, "")).replace(controls, "").toWellFormed();
}

/** Text of one line of any length, without escape sequences and control characters; tabs stay. */
export function sanitizeText(text: string): string {
  return unsafe.test(text) ? text.replace(sequences, "").replace(controls, "").toWellFormed() : text;
}

/** All characters that would not be printed, but line feeds, in the way of a JSON string. */
export function escapeUnsafe(text: string): string {
  return text.replaceAll(controls, (character) =>
    character === "\n" ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Text in which no "##[error]" or "##vso[…]" is left: CI systems take these for commands anywhere in a line. */
export function breakInnerCommands(text: string): string {
  return text.replaceAll(/##(?=(?:vso)?\[)/g, "## ");
}

/** Text of several lines, each made safe. */
export function sanitizeLines(text: string): readonly string[] {
  return text.split(/\r?\n/).map(sanitizeLine);
}

/** Progress bars end their text with, or start it after, a carriage return. */
function lastDrawn(text: string): string {
  if (!text.includes("\r")) return text;
  return text.split("\r").findLast((part) => part.trim() !== "") ?? "";
}

/** C0 but tab, DEL, C1, line separators, marks that turn the reading direction, and lone surrogates. */
const unsafe =
  /[^\t\u{20}-\u{7e}\u{a0}-\u{200d}\u{2010}-\u{2027}\u{202f}-\u{2065}\u{206a}-\u{d7ff}\u{e000}-\u{10ffff}]/u;

const controls = /[^\t\u{20}-\u{7e}\u{a0}-\u{200d}\u{2010}-\u{2027}\u{202f}-\u{2065}\u{206a}-\u{10ffff}]/gu;

/**
 * Escape sequences, in their 7-bit and 8-bit forms: strings (OSC, DCS, SOS, PM, APC) up to their end or, unended,
 * the rest of the line; CSI; and the two-character ones.
 */
const sequences = new RegExp(
  [
    String.raw`(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?`,
    String.raw`(?:\u001b\[|\u009b)[\u0030-\u003f]*[\u0020-\u002f]*[\u0040-\u007e]?`,
    String.raw`\u001b[\u0020-\u002f]*[\u0030-\u007e]?`,
  ].join("|"),
  "gu",
);
