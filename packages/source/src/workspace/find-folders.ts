// The folders of a workspace's packages: each package manager reads the same patterns in its own way.
import { posix } from "node:path";
import { glob } from "tinyglobby";

/**
 * "globs", of pnpm, yarn 2 and later: each exclusion counts for all patterns; a pattern that begins with "/" matches
 * nothing. "yarn-1": the same without exclusions. "npm": a later pattern takes back an exclusion, and a "/" at the
 * beginning means nothing.
 */
export type PatternRules = "globs" | "npm" | "yarn-1";

interface FindOptions {
  /** Absolute. */
  readonly root: string;
  readonly rules: PatternRules;
  readonly followsLinks: boolean;
}

interface Pattern {
  readonly isExclusion: boolean;
  /** Of manifests. */
  readonly glob: string;
}

/** Folders with a manifest, sorted, without the root. "packages/*" means the folders; "!…" leaves some out. */
export async function findFolders(
  patterns: readonly string[],
  options: FindOptions,
): Promise<readonly string[]> {
  const read = patterns.flatMap((written) => readPattern(written, options.rules) ?? []);
  const files = new Set<string>();
  const matches = await Promise.all(read.map(({ glob }) => findManifests(glob, options)));
  const included = read.flatMap(({ isExclusion }, index) => (isExclusion ? [] : [matches[index] ?? []]));
  const excluded = read.flatMap(({ isExclusion }, index) => {
    if (!isExclusion || isTakenBack(index, read, matches, options.rules)) return [];
    return matches[index] ?? [];
  });
  for (const file of included.flat()) files.add(file);
  for (const file of excluded) files.delete(file);
  const folders = new Set([...files].map((file) => posix.dirname(file)));
  folders.delete(".");
  return [...folders].sort();
}

/** Whether npm drops an exclusion, for all that a later pattern finds is excluded by it. */
function isTakenBack(
  index: number,
  patterns: readonly Pattern[],
  matches: readonly (readonly string[])[],
  rules: PatternRules,
): boolean {
  if (rules !== "npm") return false;
  const excluded = new Set(matches[index]);
  return patterns.some(({ isExclusion }, later) => {
    const found = matches[later] ?? [];
    return later > index && !isExclusion && found.length > 0 && found.every((file) => excluded.has(file));
  });
}

/** Undefined for a pattern that has no effect. */
function readPattern(written: string, rules: PatternRules): Pattern | undefined {
  const [, marks = "", text = ""] = /^(!*)(.*)$/s.exec(written) ?? [];
  const isExclusion = rules === "npm" ? marks.length % 2 === 1 : marks !== "";
  if (isExclusion && rules === "yarn-1") return undefined;
  if (rules !== "npm" && (text.startsWith("/") || text.includes("\\"))) return undefined;
  const path = rules === "npm" ? text.replaceAll("\\", "/").replace(/^\.?\/+/, "") : text;
  return { isExclusion, glob: posix.join(path, "package.json") };
}

async function findManifests(
  pattern: string,
  { followsLinks, root }: FindOptions,
): Promise<readonly string[]> {
  const files = await glob(pattern, {
    cwd: root,
    ignore: ["**/node_modules/**", "**/bower_components/**"],
    expandDirectories: false,
    followSymbolicLinks: followsLinks,
  });
  return files.map((file) => posix.normalize(file));
}
