// Matches the files on disk that a target's source is read from: to find the targets that a change affects, and to
// watch. Reading them is read-sources.ts; of workspaces, workspace-inputs.ts.
import { stat } from "node:fs/promises";
import { relative, resolve } from "node:path";
import type { AppTarget, ImageTarget, Target } from "@sti/core";
import type { DiskView } from "../disk/disk-view.ts";
import { findRevisionPlaces } from "../git/read-source-git.ts";
import { createIgnoreMatcher } from "../ignore/ignore.ts";
import { readIgnorePatterns, ruleFilesOf } from "../ignore/read-ignore-patterns.ts";
import {
  type FindInputsOptions,
  fileInputs,
  folderInput,
  type InputPattern,
  realPlace,
} from "./input-pattern.ts";

/** A commit has no inputs to watch: it never changes. Rules and manifests that cannot be read leave nothing out. */
export async function findInputs(
  target: Target,
  options: FindInputsOptions,
): Promise<readonly InputPattern[]> {
  if (target.kind === "image") return await contextInputs(target, options);
  const found = target.source.map(async ({ from }): Promise<readonly InputPattern[]> => {
    if (from.kind === "git") return [];
    if (from.kind === "path") return await pathInputs(from.path, target, options);
    const { findWorkspaceInputs } = await import("./workspace-inputs.ts");
    return await findWorkspaceInputs(from, target, options);
  });
  const ofGit = target.git === undefined ? [] : gitInputs(target, options);
  return [...(await Promise.all(found)).flat(), ...ofGit];
}

/** A commit, a checkout or a tag changes what the app's scripts get, and no file of its source. */
function gitInputs({ source }: AppTarget, { directory }: FindInputsOptions): readonly InputPattern[] {
  const paths = source.flatMap(({ from }) => {
    if (from.kind === "git") return [];
    return [resolve(directory, (from.kind === "path" ? from.path : from.root) ?? ".")];
  });
  const [places] = paths.flatMap((path) => findRevisionPlaces(path) ?? []);
  if (places === undefined) return [];
  const matcher = createIgnoreMatcher([]);
  const folders = places.folders.map((root) => folderInput(root, { key: [], matcher, ruleFiles: [] }));
  return [...fileInputs(places.files), ...folders];
}

async function pathInputs(
  path: string,
  target: AppTarget,
  { directory, view }: FindInputsOptions,
): Promise<readonly InputPattern[]> {
  const written = resolve(directory, path);
  const root = await realPlace(written);
  // A link may come to lead elsewhere.
  const link = root === written ? [] : fileInputs([written], { decides: true });
  const inside = (await isFile(root)) ? fileInputs([root]) : await rulesInputs(root, target, view);
  return [...link, ...inside];
}

async function contextInputs(
  target: ImageTarget,
  { directory, view }: FindInputsOptions,
): Promise<readonly InputPattern[]> {
  const root = await realPlace(resolve(directory, target.context));
  const context = await rulesInputs(root, target, view);
  const name = relative(root, resolve(root, target.dockerfile));
  const isInside = name !== ".." && !name.startsWith("../");
  if (isInside) return context;
  const file = resolve(root, target.dockerfile);
  return [...context, ...fileInputs([file]), ...fileInputs([`${file}.dockerignore`], { decides: true })];
}

async function rulesInputs(root: string, target: Target, view: DiskView): Promise<readonly InputPattern[]> {
  const rules = readIgnorePatterns(root, { target, view });
  // Unreadable rules are reported when the source is read; until then nothing counts as ignored.
  const patterns = "problem" in rules ? [] : rules.patterns;
  const ruleFiles = ruleFilesOf(target);
  const matcher = createIgnoreMatcher(patterns);
  return [
    folderInput(root, { key: patterns, matcher, ruleFiles }),
    ...fileInputs(await linkedPlaces(root, ruleFiles), { decides: true }),
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
