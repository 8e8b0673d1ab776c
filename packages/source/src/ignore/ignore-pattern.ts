// One pattern of an ignore file: cleaned as Docker cleans it, refused where it is none, and as a regular expression.
// In which order patterns decide is in ignore.ts.
import { posix } from "node:path";

export interface ParsedIgnoreFile {
  /** Cleaned patterns in their order, "!" in front of those that take in again. */
  readonly patterns: readonly string[];
  /** Lines that are no pattern, as "line 3: [a". */
  readonly invalid: readonly string[];
}

export function parseIgnoreFile(text: string): ParsedIgnoreFile {
  const patterns: string[] = [];
  const invalid: string[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .entries()) {
    const pattern = line.startsWith("#") ? "" : cleanPattern(line);
    if (pattern === "") continue;
    if (!isPattern(pattern.replace(/^!/, ""))) invalid.push(`line ${index + 1}: ${line.trim()}`);
    else patterns.push(pattern);
  }
  return { patterns, invalid };
}

/** `pattern`: cleaned, without "!". Matches whole paths; throws a SyntaxError for an invalid pattern. */
export function compilePattern(pattern: string): RegExp {
  // "**.log" stands for every path that ends so, in Docker as it is today; earlier it was "**/.log".
  const ending = /^\*\*([^*?[\]\\/][^*?[\]\\]*)$/.exec(pattern)?.[1];
  if (ending !== undefined) return new RegExp(`${escapeText(ending)}$`, "su");
  const source = pattern.replace(TOKEN, (token, offset: number) => {
    if (token.startsWith("**")) return offset + token.length === pattern.length ? ".*" : "(?:.*/)?";
    if (token === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    if (token.startsWith("[") && token.length > 1) return classOf(token);
    return escapeText(token.length > 1 ? token.slice(1) : token);
  });
  return new RegExp(`^${source}$`, "su");
}

/** "**" before something else stands for any number of folders, with or without a "/" behind it. */
const TOKEN = /\*\*\/?|\*|\?|\[(?:\\.|[^\\\]])*\]|\\.|./gsu;
const ITEM = String.raw`(?:[^\\\-\]]|\\[!-/:-@[-\x60{-~ ])`;
/**
 * The syntax of Go's path/filepath.Match. A backslash before a letter or digit is refused: Docker takes it for part of
 * a regular expression, where it means something else.
 */
const PATTERN = new RegExp(
  String.raw`^(?:[^\\[]|\\[!-/:-@[-\x60{-~ ]|\[\^?(?:${ITEM}(?:-${ITEM})?)+\])+$`,
  "su",
);

function isPattern(pattern: string): boolean {
  if (!PATTERN.test(pattern)) return false;
  try {
    compilePattern(pattern);
    return true;
  } catch (error) {
    // A range that runs backwards.
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** "[^a-c\]]" with all but its own signs taken literally. */
function classOf(token: string): string {
  const isNegated = token.startsWith("[^");
  const items = token.slice(isNegated ? 2 : 1, -1).replace(
    /\\(.)|(-)|(.)/gsu,
    (_, escaped?: string, dash?: string, plain?: string) =>
      // A sign of its own in a class, and nothing to escape outside of one.
      dash ?? (escaped === "-" ? String.raw`\-` : escapeText(escaped ?? plain ?? "")),
  );
  return `[${isNegated ? "^" : ""}${items}]`;
}

function escapeText(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** "" for a line without a pattern, "!" for one that has nothing to take in again. */
function cleanPattern(line: string): string {
  const trimmed = line.trim();
  const negated = trimmed.startsWith("!");
  const written = negated ? trimmed.slice(1).trim() : trimmed;
  if (written === "") return negated ? "!" : "";
  const cleaned = posix.normalize(written).replace(/^\//, "").replace(/\/$/, "");
  // "/" is nothing that could be taken in.
  if (cleaned === "") return negated ? "!" : "";
  // The root itself and paths outside can be neither left out nor included.
  if (cleaned === "." || cleaned === ".." || cleaned.startsWith("../")) return "";
  return negated ? `!${cleaned}` : cleaned.trim();
}
