// A package of a workspace as a snapshot: the folders of the packages that it needs, the root's own files, and the
// root's manifest and the lockfile cut down to these packages.
import { hash } from "node:crypto";
import { basename, join, posix, relative, resolve, sep } from "node:path";
import type { OutsidePath, SourceFrom, SourceSnapshot } from "@sti/core";
import type { SourceProblem } from "../disk/source-problem.ts";
import { isTrackedByGit } from "../git/tracked-by-git.ts";
import { anyIgnores, isAmong, leaveOut, rulesBelow, takeOnly } from "../ignore/combine-matchers.ts";
import type { IgnoreMatcher } from "../ignore/ignore.ts";
import { isNeededPatch } from "../workspace/needed-patches.ts";
import type { MentionedPlace } from "../workspace/read-mentions.ts";
import { type Lockfile, readWorkspace, type Workspace } from "../workspace/read-workspace.ts";
import { type FullSelection, selectWithConfigs } from "../workspace/select-with-configs.ts";
import { WorkspaceError } from "../workspace/workspace-error.ts";
import { cutManifest } from "../workspace/workspace-manifest.ts";
import {
  listParts,
  MANIFEST,
  patchFolderOf,
  type SelectedPackages,
  type WorkspacePart,
} from "../workspace/workspace-parts.ts";
import { readArchives } from "../workspace/yarn-cache.ts";
import { mergeParts, type ReadPart } from "./merge-parts.ts";
import type { FolderSnapshot } from "./snapshot-folder.ts";
import { assembleSnapshot } from "./snapshot-stream.ts";

export type WorkspaceFrom = Extract<SourceFrom, { readonly kind: "workspace" }>;

/** The patterns of a folder, as text to distinguish them from others, and their meaning. */
export interface FolderRules {
  readonly patterns: readonly string[];
  readonly matcher: IgnoreMatcher;
}

export type ReadRules = FolderRules | { readonly problem: SourceProblem };

export interface WorkspaceReading {
  /** Folder of the config file, absolute. */
  readonly directory: string;
  /** Workspaces that were read before, by their place. */
  readonly workspaces: Map<string, Promise<Workspace>>;
  readonly readRules: (folder: string) => Promise<ReadRules>;
  /** Reads a folder; `key` identifies the way of reading, for targets that read the same. */
  readonly readFolder: (root: string, matcher: IgnoreMatcher, key: unknown) => Promise<FolderSnapshot>;
}

export async function snapshotWorkspace(
  from: WorkspaceFrom,
  reading: WorkspaceReading,
): Promise<FolderSnapshot> {
  try {
    const workspace = await openWorkspace(from, reading);
    const selection = await selectWithConfigs(workspace, from.package);
    if ("problems" in selection) return selection;
    return await readSelection(workspace, selection, reading);
  } catch (error) {
    if (error instanceof WorkspaceError) return { problems: [error.problem] };
    throw error;
  }
}

/** Each workspace is read once. Rejects with a WorkspaceError. */
export function openWorkspace(
  from: WorkspaceFrom,
  { directory, workspaces }: Pick<WorkspaceReading, "directory" | "workspaces">,
): Promise<Workspace> {
  const folder = resolve(directory, from.root ?? ".");
  const key = JSON.stringify([folder, from.root === undefined]);
  const opened = workspaces.get(key) ?? readWorkspace(folder, { searched: from.root === undefined });
  workspaces.set(key, opened);
  return opened;
}

async function readSelection(
  workspace: Workspace,
  selected: Exclude<FullSelection, { readonly problems: unknown }>,
  reading: WorkspaceReading,
): Promise<FolderSnapshot> {
  const { root } = workspace;
  const rootRules = await reading.readRules(root);
  if ("problem" in rootRules) return { problems: [rootRules.problem] };
  const texts = listTexts(workspace, selected);
  const parts: ReadPart[] = [];
  const problems: SourceProblem[] = [];
  const add = (to: string, read: FolderSnapshot) => {
    const part = { from: { kind: "path", path: join(root, to) }, to, path: [] } as const;
    if ("snapshot" in read) parts.push({ part, snapshot: read.snapshot });
    else problems.push(...read.problems);
  };
  for (const part of partsOf(workspace, selected)) {
    const needs = [archivesOf(workspace, part, texts), patchesOf(workspace, part, texts)];
    add(
      part.folder,
      await readPart(part, { needs: needs.filter((one) => one !== undefined), reading, rootRules }),
    );
  }
  if (problems.length > 0) return { problems };
  for (const [name, text] of texts) {
    if (!rootRules.matcher.ignores(name)) add("", { snapshot: snapshotText(join(root, name), text) });
  }
  const merged = mergeParts(parts);
  if (!("snapshot" in merged)) return { problems: [merged.problem] };
  const outside = selected.mentions.flatMap(({ places }) => places);
  return {
    snapshot: {
      ...merged.snapshot,
      packages: selected.packages.map(({ extent, folder, manifest: { name }, reason }) => ({
        path: folder,
        name,
        extent,
        reason,
      })),
      outside: outside.map((place) => describeOutside(place, { root, directory: reading.directory })),
    },
  };
}

function describeOutside(
  { file, isFolder, path }: MentionedPlace,
  { directory, root }: { readonly directory: string; readonly root: string },
): OutsidePath {
  const from = relative(directory, join(root, path)).split(sep).join("/");
  const parent = posix.dirname(path);
  return { file, path, part: { from, to: isFolder ? path : parent === "." ? "" : parent } };
}

const YARN_LOCK = "yarn.lock";

/** Files of the root that are made for the selection, by name. */
function listTexts(workspace: Workspace, selected: SelectedPackages): ReadonlyMap<string, string> {
  const { lockfiles, manifestText } = workspace;
  const texts = new Map(lockfiles.map((one) => [one.name, pruneLockfile(workspace, one, selected)]));
  return selected.cut.size === 0 ? texts : texts.set(MANIFEST, cutManifest(manifestText, selected.cut));
}

/** Leaves out files that the lockfiles do not need. */
interface LockfileNeeds {
  readonly matcher: IgnoreMatcher;
  /** Identifies the lockfiles. */
  readonly key: string;
}

/** Leaves out the archives of packages that are not in the lockfile. */
function archivesOf(
  { yarnCache }: Workspace,
  { own }: WorkspacePart,
  texts: ReadonlyMap<string, string>,
): LockfileNeeds | undefined {
  const lockfile = texts.get(YARN_LOCK);
  if (lockfile === undefined || yarnCache === undefined || own?.includes(yarnCache) !== true)
    return undefined;
  const isNeeded = readArchives(lockfile);
  return {
    matcher: {
      ignores: (path) => path.startsWith(`${yarnCache}/`) && !isNeeded(basename(path)),
      mayIncludeBelow: () => false,
    },
    key: hash("sha256", lockfile),
  };
}

/** Leaves out patches of packages that are not in the lockfiles. */
function patchesOf(
  workspace: Workspace,
  { own }: WorkspacePart,
  texts: ReadonlyMap<string, string>,
): LockfileNeeds | undefined {
  const folder = patchFolderOf(workspace);
  if (folder === undefined || own?.includes(folder) !== true) return undefined;
  const lockfiles = [...texts].flatMap(([name, text]) => (name === MANIFEST ? [] : [text]));
  return {
    matcher: {
      ignores: (path) => path.startsWith(`${folder}/`) && !isNeededPatch(basename(path), lockfiles),
      mayIncludeBelow: () => false,
    },
    key: hash("sha256", lockfiles.join("\n")),
  };
}

/** The parts of a selection; yarn's archives belong to it if they are in the repository. */
export function partsOf(workspace: Workspace, selected: SelectedPackages): readonly WorkspacePart[] {
  const { lockfiles, root, yarnCache } = workspace;
  const hasArchives =
    yarnCache !== undefined &&
    lockfiles.some(({ name }) => name === YARN_LOCK) &&
    isTrackedByGit(join(root, yarnCache));
  return listParts(workspace, selected, { hasArchives });
}

/** Which files of a part are left out. `rules`: of its folder, and of the root. */
export function matchPart(
  { folder, left, own }: WorkspacePart,
  rules: { readonly own: IgnoreMatcher; readonly root: IgnoreMatcher },
): IgnoreMatcher {
  return anyIgnores([
    rules.own,
    leaveOut(left),
    ...(folder === "" ? [] : [rulesBelow(`${folder}/`, rules.root)]),
    ...(own === undefined ? [] : [takeOnly(own)]),
  ]);
}

async function readPart(
  part: WorkspacePart,
  {
    needs,
    reading,
    rootRules,
  }: {
    readonly needs: readonly LockfileNeeds[];
    readonly reading: WorkspaceReading;
    readonly rootRules: FolderRules;
  },
): Promise<FolderSnapshot> {
  const { folder, left, own, place } = part;
  const rules = folder === "" ? rootRules : await reading.readRules(place);
  if ("problem" in rules) return { problems: [rules.problem] };
  const matchers = [
    matchPart(part, { own: rules.matcher, root: rootRules.matcher }),
    ...needs.map((one) => one.matcher),
  ];
  const key = [
    place,
    "workspace",
    rules.patterns,
    rootRules.patterns,
    left,
    own,
    needs.map((one) => one.key),
  ];
  const read = await reading.readFolder(place, anyIgnores(matchers), key);
  if (own === undefined) return read;
  if (!("snapshot" in read)) {
    // The root's manifest and lockfile are texts, and a manifest may be ignored.
    const isEmpty = read.problems.every(({ code }) => code === "source-empty");
    return isEmpty ? { snapshot: assembleSnapshot({ kind: "folder", root: place, only: [] }, []) } : read;
  }
  const { snapshot } = read;
  const only = own.filter((path) => snapshot.entries.some((entry) => isAmong(entry.path, [path])));
  return { snapshot: { ...snapshot, origin: { kind: "folder", root: place, only } } };
}

function pruneLockfile(
  { packages }: Workspace,
  { pruner, text }: Lockfile,
  selected: SelectedPackages,
): string {
  const kept = new Set(selected.packages.map(({ folder }) => folder));
  const left = new Set(packages.flatMap(({ folder }) => (kept.has(folder) ? [] : [folder])));
  return pruner?.prune({ packages: selected.packages, left, cut: selected.cut }) ?? text;
}

function snapshotText(file: string, content: string): SourceSnapshot {
  const size = Buffer.byteLength(content);
  return assembleSnapshot({ kind: "text", file, content }, [
    { kind: "file", path: basename(file), executable: false, size, digest: hash("sha256", content) },
  ]);
}
