// Whether a path is meant by patterns as in an ignore file: itself, or a folder above it.
import { createIgnoreMatcher } from "./ignore.ts";
import { parseIgnoreFile } from "./ignore-pattern.ts";

/** What is no pattern matches nothing; findInvalidPatterns (below) says what that is. */
export function matchPaths(patterns: readonly string[]): (path: string) => boolean {
  const { ignores } = createIgnoreMatcher(parseIgnoreFile(patterns.join("\n")).patterns);
  return ignores;
}
