// A package of a workspace as a snapshot: the folders of the packages that it needs, the root's own files, and the
// root's manifest and the lockfile cut down to these packages.
import { hash } from "node:crypto";
import { basename, join, resolve } from "node:path";
import type { SourceFrom, SourceSnapshot } from "@sti/core";
import type { SourceProblem } from "../disk/source-problem.ts";
import { isTrackedByGit } from "../git/tracked-by-git.ts";
import { anyIgnores, isAmong, leaveOut, rulesBelow, takeOnly } from "../ignore/combine-matchers.ts";
import type { IgnoreMatcher } from "../ignore/ignore.ts";
import { findNeededFiles, type NeededFiles } from "../workspace/needed-files.ts";
import { readWorkspace, type Workspace } from "../workspace/read-workspace.ts";
import { type RootTexts, writeRootTexts } from "../workspace/root-texts.ts";
import { type FullSelection, selectWithConfigs } from "../workspace/select-with-configs.ts";
import { WorkspaceError } from "../workspace/workspace-error.ts";
import { listParts, type SelectedPackages, type WorkspacePart } from "../workspace/workspace-parts.ts";
import { findOutside } from "./find-outside.ts";
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
  const rootTexts = writeRootTexts(workspace, selected);
  const { texts } = rootTexts;
  const needed = findNeededFiles(workspace, selected, texts);
  const parts: ReadPart[] = [];
  const problems: SourceProblem[] = [];
  const add = (to: string, read: FolderSnapshot) => {
    const part = { from: { kind: "path", path: join(root, to) }, to, path: [] } as const;
    if ("snapshot" in read) parts.push({ part, snapshot: read.snapshot });
    else problems.push(...read.problems);
  };
  for (const part of partsOf(workspace, selected, rootTexts)) {
    add(part.folder, await readPart(part, { needed, reading, rootRules }));
  }
  if (problems.length > 0) return { problems };
  for (const [name, text] of texts) {
    if (!rootRules.matcher.ignores(name)) add("", { snapshot: snapshotText(join(root, name), text) });
  }
  const merged = mergeParts(parts);
  if (!("snapshot" in merged)) return { problems: [merged.problem] };
  const { directory } = reading;
  const { entries } = merged.snapshot;
  return {
    snapshot: {
      ...merged.snapshot,
      packages: selected.packages.map(({ extent, folder, manifest: { name }, reason }) => ({
        path: folder,
        name,
        extent,
        reason,
      })),
      outside: await findOutside(workspace, selected, { directory, entries, needed, rootTexts }),
    },
  };
}

const YARN_LOCK = "yarn.lock";

/** The parts of a selection; yarn's archives belong to it if they are in the repository. Without texts: of any. */
export function partsOf(
  workspace: Workspace,
  selected: SelectedPackages,
  { cutPatches, texts }: RootTexts = { cutPatches: new Set(), texts: new Map() },
): readonly WorkspacePart[] {
  const { lockfiles, root } = workspace;
  const { yarnCache } = workspace.settings;
  const hasArchives =
    yarnCache !== undefined &&
    lockfiles.some(({ name }) => name === YARN_LOCK) &&
    isTrackedByGit(join(root, yarnCache));
  return listParts(workspace, selected, { cutPatches, hasArchives, written: new Set(texts.keys()) });
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
    needed,
    reading,
    rootRules,
  }: {
    readonly needed: NeededFiles;
    readonly reading: WorkspaceReading;
    readonly rootRules: FolderRules;
  },
): Promise<FolderSnapshot> {
  const { folder, left, own, place } = part;
  const rules = folder === "" ? rootRules : await reading.readRules(place);
  if ("problem" in rules) return { problems: [rules.problem] };
  const isOwnOfRoot = folder === "" && own !== undefined;
  const matcher = matchPart(part, { own: rules.matcher, root: rootRules.matcher });
  const unneeded = { ignores: needed.leavesOut, mayIncludeBelow: () => false };
  const key = [
    place,
    "workspace",
    rules.patterns,
    rootRules.patterns,
    left,
    own,
    ...(isOwnOfRoot ? [needed.key] : []),
  ];
  const read = await reading.readFolder(
    place,
    anyIgnores([matcher, ...(isOwnOfRoot ? [unneeded] : [])]),
    key,
  );
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

function snapshotText(file: string, content: string): SourceSnapshot {
  const size = Buffer.byteLength(content);
  return assembleSnapshot({ kind: "text", file, content }, [
    { kind: "file", path: basename(file), executable: false, size, digest: hash("sha256", content) },
  ]);
}
