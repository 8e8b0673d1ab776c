// Whether a path is meant by patterns as in an ignore file: itself, or a folder above it.
import { createIgnoreMatcher } from "./ignore.ts";
import { parseIgnoreFile } from "./ignore-pattern.ts";

/** An invalid pattern matches nothing; findInvalidPatterns (below) finds those. */
export function matchPaths(patterns: readonly string[]): (path: string) => boolean {
  const { ignores } = createIgnoreMatcher(parseIgnoreFile(patterns.join("\n")).patterns);
  return ignores;
}
