// Matches the files on disk that a target's source is read from: to find the targets that a change affects, and to
// watch. Reading them is read-sources.ts; of workspaces, workspace-interests.ts.
import { realpath, stat } from "node:fs/promises";
import { basename, dirname, relative, resolve } from "node:path";
import type { AppTarget, ImageTarget, Target } from "@sti/core";
import type { DiskView } from "../disk/disk-view.ts";
import { createIgnoreMatcher, type IgnoreMatcher } from "../ignore/ignore.ts";
import { readIgnorePatterns, ruleFilesOf } from "../ignore/read-ignore-patterns.ts";
import type { Workspace } from "../workspace/read-workspace.ts";

/** Paths are relative to the root and "/"-separated; "" is the root itself. */
export interface SourceInterest {
  /** Absolute; without links where it is there. */
  readonly root: string;
  /** Of the same root, those with the same key are the same. */
  readonly key: string;
  /** Whether the path is part of the source, or determines it. */
  concerns(path: string): boolean;
  /** Whether that can be so of anything in this folder. */
  mayConcernBelow(folder: string): boolean;
  /** Whether a change there changes the inputs: ignore rules, manifests. */
  decides(path: string): boolean;
}

export interface FindInterestsOptions {
  /** Folder of the config file, absolute. */
  readonly directory: string;
  readonly view: DiskView;
  /** Workspaces that were read before. */
  readonly workspaces: Map<string, Promise<Workspace>>;
}

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

/** These files, which need not be there. `decides`: a change of them changes the inputs. */
export function fileInterests(files: readonly string[], { decides = false } = {}): readonly SourceInterest[] {
  const byFolder = Map.groupBy(new Set(files), (file) => dirname(file));
  return [...byFolder].map(([root, inside]) => {
    const names = new Set(inside.map((file) => basename(file)));
    return {
      root,
      key: JSON.stringify(["files", decides, ...[...names].sort()]),
      concerns: (path) => path === "" || names.has(path),
      mayConcernBelow: (folder) => folder === "",
      decides: (path) => decides && names.has(path),
    };
  });
}

/** A folder under ignore rules. `key`: the rules. */
export function folderInterest(
  root: string,
  {
    key,
    matcher,
    ruleFiles,
  }: { readonly key: unknown; readonly matcher: IgnoreMatcher; readonly ruleFiles: readonly string[] },
): SourceInterest {
  return {
    root,
    key: JSON.stringify(["folder", key, ruleFiles]),
    concerns: (path) => path === "" || ruleFiles.includes(path) || !matcher.ignores(path),
    mayConcernBelow: (folder) =>
      folder === "" ||
      !matcher.ignores(folder) ||
      matcher.mayIncludeBelow(folder) ||
      ruleFiles.some((file) => file.startsWith(`${folder}/`)),
    decides: (path) => ruleFiles.includes(path),
  };
}

/** The place itself, with links followed; as it was written while it is not there. */
export async function realPlace(path: string): Promise<string> {
  return await realpath(path).catch(() => path);
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
