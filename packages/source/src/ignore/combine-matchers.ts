// Ignore matchers made of others, and of plain lists of paths. Matchers are defined in ignore.ts.
import type { IgnoreMatcher } from "./ignore.ts";

/** A path is ignored if one of them ignores it. */
export function anyIgnores(matchers: readonly IgnoreMatcher[]): IgnoreMatcher {
  return {
    ignores: (path) => matchers.some((one) => one.ignores(path)),
    mayIncludeBelow: (folder) => matchers.every((one) => !one.ignores(folder) || one.mayIncludeBelow(folder)),
  };
}

/** The rules of a folder, for paths that start at one inside of it. `prefix`: with a slash at its end, or "". */
export function rulesBelow(prefix: string, matcher: IgnoreMatcher): IgnoreMatcher {
  return {
    ignores: (path) => matcher.ignores(prefix + path),
    mayIncludeBelow: (folder) => matcher.mayIncludeBelow(prefix + folder),
  };
}

/** Ignores these paths and everything below them. */
export function leaveOut(paths: readonly string[]): IgnoreMatcher {
  return { ignores: (path) => isAmong(path, paths), mayIncludeBelow: () => false };
}

/** Ignores all but these paths and everything below them. */
export function takeOnly(paths: readonly string[]): IgnoreMatcher {
  return {
    ignores: (path) => !isAmong(path, paths),
    mayIncludeBelow: (folder) => paths.some((path) => path.startsWith(`${folder}/`)),
  };
}

/** Whether the path is one of them, or below one. */
export function isAmong(path: string, paths: readonly string[]): boolean {
  return paths.some((one) => path === one || path.startsWith(`${one}/`));
}
