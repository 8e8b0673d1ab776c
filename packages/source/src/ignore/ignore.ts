// Ignore rules: one matcher decides what is read, digested, sent and watched, as `docker build` does. What a single
// pattern is, is in ignore-pattern.ts; which file the rules come from is decided in read-ignore-patterns.ts.
import { compilePattern } from "./ignore-pattern.ts";

/** Left out of an app's source unless a later rule includes it again. */
export const DEFAULT_APP_PATTERNS: readonly string[] = ["**/.git", "**/node_modules"];

/** Decides about paths that are relative to the root and "/"-separated. */
export interface IgnoreMatcher {
  ignores(path: string): boolean;
  /** Whether a rule with "!" may take in something below this ignored directory; if not, it need not be walked. */
  mayIncludeBelow(directory: string): boolean;
}

/** `patterns` as from parseIgnoreFile. Later ones win over earlier ones. */
export function createIgnoreMatcher(patterns: readonly string[]): IgnoreMatcher {
  const judgePath = createJudge(patterns);
  return {
    ignores: (path) => judgePath(path).ignored,
    mayIncludeBelow: createReach(
      patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1)),
    ),
  };
}

/** The index of the pattern that leaves the path out; undefined for a path that belongs to the source. */
export function findIgnoringPattern(patterns: readonly string[]): (path: string) => number | undefined {
  const judgePath = createJudge(patterns);
  return (path) => {
    const { hits, ignored } = judgePath(path);
    return ignored ? hits.lastIndexOf(true) : undefined;
  };
}

/** The pattern that takes exactly this file in again. */
export function includePattern(path: string): string {
  return `!${path.replace(/[\\*?[\]]/g, "\\$&")}`;
}

interface Rule {
  readonly negated: boolean;
  readonly regexp: RegExp;
}

interface Verdict {
  readonly ignored: boolean;
  /** By rule, whether it has matched the path or a folder above. */
  readonly hits: readonly boolean[];
}

function createJudge(patterns: readonly string[]): (path: string) => Verdict {
  const rules = patterns.map(compileRule);
  const folders = new Map<string, Verdict>();
  const verdictOf = (directory: string): Verdict => {
    if (directory === "") return { ignored: false, hits: [] };
    const known = folders.get(directory);
    if (known !== undefined) return known;
    const verdict = judge(rules, directory, verdictOf(parentOf(directory)));
    folders.set(directory, verdict);
    return verdict;
  };
  return (path) => judge(rules, path, verdictOf(parentOf(path)));
}

function compileRule(pattern: string): Rule {
  const negated = pattern.startsWith("!");
  return { negated, regexp: compilePattern(negated ? pattern.slice(1) : pattern) };
}

/**
 * Like Docker's walk: a rule that matches a folder matches all below it. A rule is only asked where it would change
 * something, so that "!a" after "a/b" does not take a/b in: it did not change anything for a.
 */
function judge(rules: readonly Rule[], path: string, above: Verdict): Verdict {
  let ignored = false;
  const hits = rules.map(({ negated, regexp }, index) => {
    const hit = above.hits[index] === true || (negated === ignored && regexp.test(path));
    if (hit) ignored = !negated;
    return hit;
  });
  return { ignored, hits };
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/**
 * A pattern can match below a directory when the directory matches as many of the pattern's segments as it
 * has itself, or when at or before that depth the pattern has something that "/" may stand for.
 */
function createReach(patterns: readonly string[]): (directory: string) => boolean {
  const reaches = patterns.map((pattern) => {
    const segments = pattern.split("/");
    const open = segments.findIndex((segment) => /\*\*|\[|\\/.test(segment));
    const fixed = open < 0 ? segments.slice(0, -1) : segments.slice(0, open);
    return { isOpen: open >= 0, fixed: fixed.map(compilePattern) };
  });
  return (directory) => {
    const names = directory.split("/");
    return reaches.some(
      ({ isOpen, fixed }) =>
        (isOpen || names.length <= fixed.length) &&
        fixed.every((regexp, index) => index >= names.length || regexp.test(names[index] ?? "")),
    );
  };
}
