// Lists the paths that ignore rules leave out of the folders of a target's source, each with the place of its rule.
// Archives and sources from git are not listed.
import { join } from "node:path";
import type { Target } from "@sti/core";
import { createIgnoreMatcher, findIgnoringPattern } from "../ignore/ignore.ts";
import type { PatternOrigin, PlacedPatterns } from "../ignore/read-ignore-patterns.ts";
import { createReading, type ReadSourcesOptions } from "./read-sources.ts";
import { type Reading, readTarget } from "./read-target.ts";

export interface LeftOutPath {
  /** Absolute. A folder stands for everything below it. */
  readonly path: string;
  /** The place of the rule that leaves it out. */
  readonly origin: PatternOrigin;
}

/** Sorted by path; empty for a source that cannot be read. */
export async function listLeftOut(
  target: Target,
  options: ReadSourcesOptions,
): Promise<readonly LeftOutPath[]> {
  const reading = createReading(options);
  /** By their patterns, which differ as objects. */
  const folders = new Map<readonly string[], { readonly root: string; readonly rules: PlacedPatterns }>();
  const origins = new Map<string, PatternOrigin>();
  const taken = new Set<string>();
  const traced: Reading = {
    ...reading,
    patternsFor: (root, one) => {
      const rules = reading.patternsFor(root, one);
      if (!("problem" in rules)) folders.set(rules.patterns, { root, rules });
      return rules;
    },
    matcherFor: (patterns) => {
      const matcher = createIgnoreMatcher(patterns);
      const folder = folders.get(patterns);
      if (folder === undefined) return matcher;
      const findPattern = findIgnoringPattern(patterns);
      return {
        ...matcher,
        ignores: (path) => {
          const origin = folder.rules.origins[findPattern(path) ?? -1];
          if (origin === undefined) taken.add(join(folder.root, path));
          else origins.set(join(folder.root, path), origin);
          return origin !== undefined;
        },
      };
    },
  };
  const read = await readTarget(target, traced);
  if (!("snapshot" in read)) return [];
  // A folder of which a later rule takes something in again is not left out as a whole.
  for (const path of taken) for (const folder of foldersAbove(path)) origins.delete(folder);
  return [...origins]
    .filter(([path]) => !foldersAbove(path).some((folder) => origins.has(folder)))
    .map(([path, origin]) => ({ path, origin }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function foldersAbove(path: string): readonly string[] {
  const folders: string[] = [];
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
    folders.push(path.slice(0, slash));
  }
  return folders;
}
