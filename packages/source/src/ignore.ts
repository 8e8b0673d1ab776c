// Ignore rules: one matcher decides what is read, digested, sent and watched. Docker's semantics, by
// @balena/dockerignore; which file the rules come from is decided in read-ignore-patterns.ts.
import { posix } from "node:path";
import dockerignore from "@balena/dockerignore";

/** What is left out of an app's source unless a later rule takes it in again. */
export const DEFAULT_APP_PATTERNS: readonly string[] = ["**/.git", "**/node_modules"];

/** Decides about paths that are relative to the root and "/"-separated. */
export interface IgnoreMatcher {
  ignores(path: string): boolean;
  /** Whether a rule with "!" may take in something below this ignored directory; if not, it need not be walked. */
  mayIncludeBelow(directory: string): boolean;
}

export interface ParsedIgnoreFile {
  /** Cleaned patterns in their order, "!" in front of those that take in again. */
  readonly patterns: readonly string[];
  /** Lines that are no pattern, as "line 3: [a". */
  readonly invalid: readonly string[];
}

/** Later patterns win over earlier ones. */
export function createIgnoreMatcher(patterns: readonly string[]): IgnoreMatcher {
  const rules = compile(patterns);
  const mayIncludeBelow = createReach(
    patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1)),
  );
  return { ignores: (path) => rules.ignores(ROOT + path), mayIncludeBelow };
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
    if (pattern === "!" || !compiles(pattern)) invalid.push(`line ${index + 1}: ${line.trim()}`);
    else patterns.push(pattern);
  }
  return { patterns, invalid };
}

/** The pattern that takes exactly this file in again. */
export function includePattern(path: string): string {
  return `!${path.replace(/[\\*?[]/g, "\\$&")}`;
}

/**
 * Everything is matched below one made-up folder: the library keeps its verdicts in a plain object, so that
 * a file named "constructor" at the root would never be ignored.
 */
const ROOT = "s/";

function compile(patterns: readonly string[]) {
  return dockerignore
    .default({ ignorecase: false })
    .add(
      patterns.map((pattern) =>
        pattern.startsWith("!")
          ? `!${ROOT}${escapeSpecial(pattern.slice(1))}`
          : ROOT + escapeSpecial(pattern),
      ),
    );
}

/** Docker takes these characters literally, the library as parts of a regular expression. */
function escapeSpecial(pattern: string): string {
  return pattern.replace(/\\.|[+(){}|]/gs, (found) => (found.startsWith("\\") ? found : `\\${found}`));
}

function compiles(pattern: string): boolean {
  try {
    compile([pattern]).ignores(`${ROOT}x`);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** "" for a line without a pattern. */
function cleanPattern(line: string): string {
  const trimmed = line.trim();
  const negated = trimmed.startsWith("!");
  const written = negated ? trimmed.slice(1).trim() : trimmed;
  if (written === "") return negated ? "!" : "";
  const cleaned = posix.normalize(written).replace(/^\//, "").replace(/\/$/, "");
  // The root itself can be neither left out nor taken in.
  if (cleaned === "" || cleaned === "." || cleaned === ".." || cleaned.startsWith("../")) return "";
  // "**x" means "**/x", but only in this form does the library look at the folders above a path.
  const pattern = cleaned.replace(/(^|\/)\*\*(?=[^/])/g, "$1**/");
  return negated ? `!${pattern}` : pattern;
}

/**
 * A pattern can match below a directory when the directory matches as many of the pattern's segments as it
 * has itself, or when the pattern has "**" at or before that depth.
 */
function createReach(patterns: readonly string[]): (directory: string) => boolean {
  const prefixesByDepth = new Map<number, string[]>();
  const openEnded: string[] = [];
  for (const pattern of patterns) {
    const segments = pattern.split("/");
    const star = segments.findIndex((segment) => segment.includes("**"));
    if (star === 0) return () => true;
    const fixed = star < 0 ? segments.length - 1 : star;
    for (let depth = 1; depth <= fixed; depth += 1) {
      const prefixes = prefixesByDepth.get(depth) ?? [];
      prefixes.push(segments.slice(0, depth).join("/"));
      prefixesByDepth.set(depth, prefixes);
    }
    if (star > 0) openEnded.push(segments.slice(0, star).join("/"));
  }
  const atDepth = new Map([...prefixesByDepth].map(([depth, prefixes]) => [depth, compile(prefixes)]));
  const below = compile(openEnded);
  return (directory) =>
    atDepth.get(directory.split("/").length)?.ignores(ROOT + directory) === true ||
    below.ignores(ROOT + directory);
}
