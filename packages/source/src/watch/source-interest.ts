// Matches the files on disk that a target's source is read from: to find the targets that a change affects, and to
// watch. Reading them is read-sources.ts; of workspaces, workspace-interests.ts.
import { stat } from "node:fs/promises";
import { relative, resolve } from "node:path";
import type { AppTarget, ImageTarget, Target } from "@sti/core";
import type { DiskView } from "../disk/disk-view.ts";
import { createIgnoreMatcher } from "../ignore/ignore.ts";
import { readIgnorePatterns, ruleFilesOf } from "../ignore/read-ignore-patterns.ts";
import {
  type FindInterestsOptions,
  fileInterests,
  folderInterest,
  realPlace,
  type SourceInterest,
} from "./interest.ts";

/** A commit has no inputs to watch: it never changes. Rules and manifests that cannot be read leave nothing out. */
export async function findInterests(
  target: Target,
  options: FindInterestsOptions,
): Promise<readonly SourceInterest[]> {
  if (target.kind === "image") return await contextInterests(target, options);
  const found = target.source.map(async ({ from }): Promise<readonly SourceInterest[]> => {
    if (from.kind === "git") return [];
    if (from.kind === "path") return await pathInterests(from.path, target, options);
    const { findWorkspaceInterests } = await import("./workspace-interests.ts");
    return await findWorkspaceInterests(from, target, options);
  });
  return (await Promise.all(found)).flat();
}

async function pathInterests(
  path: string,
  target: AppTarget,
  { directory, view }: FindInterestsOptions,
): Promise<readonly SourceInterest[]> {
  const written = resolve(directory, path);
  const root = await realPlace(written);
  // A link may come to lead elsewhere.
  const link = root === written ? [] : fileInterests([written], { decides: true });
  const inside = (await isFile(root)) ? fileInterests([root]) : await rulesInterests(root, target, view);
  return [...link, ...inside];
}

async function contextInterests(
  target: ImageTarget,
  { directory, view }: FindInterestsOptions,
): Promise<readonly SourceInterest[]> {
  const root = await realPlace(resolve(directory, target.context));
  const context = await rulesInterests(root, target, view);
  const name = relative(root, resolve(root, target.dockerfile));
  const isInside = name !== ".." && !name.startsWith("../");
  if (isInside) return context;
  const file = resolve(root, target.dockerfile);
  return [
    ...context,
    ...fileInterests([file]),
    ...fileInterests([`${file}.dockerignore`], { decides: true }),
  ];
}

async function rulesInterests(
  root: string,
  target: Target,
  view: DiskView,
): Promise<readonly SourceInterest[]> {
  const rules = readIgnorePatterns(root, { target, view });
  // Unreadable rules are reported when the source is read; until then nothing counts as ignored.
  const patterns = "problem" in rules ? [] : rules.patterns;
  const ruleFiles = ruleFilesOf(target);
  const matcher = createIgnoreMatcher(patterns);
  return [
    folderInterest(root, { key: patterns, matcher, ruleFiles }),
    ...fileInterests(await linkedPlaces(root, ruleFiles), { decides: true }),
  ];
}

/** Rules are read through links, too. */
async function linkedPlaces(root: string, names: readonly string[]): Promise<readonly string[]> {
  const files = names.map((name) => resolve(root, name));
  const places = await Promise.all(files.map(realPlace));
  return places.filter((place) => !files.includes(place));
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (state) => state.isFile(),
    () => false,
  );
}
