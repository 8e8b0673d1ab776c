// A package of a workspace as a snapshot: the folders of the packages that it needs, the root's own files, and the
// root's manifest and the lockfile cut down to these packages.
import { hash } from "node:crypto";
import { basename, join, resolve } from "node:path";
import type { SourceFrom, SourceSnapshot } from "@sti/core";
import type { SourceProblem } from "../disk/source-problem.ts";
import { anyIgnores, isAmong, leaveOut, rulesBelow, takeOnly } from "../ignore/combine-matchers.ts";
import type { IgnoreMatcher } from "../ignore/ignore.ts";
import {
  type Lockfile,
  readWorkspace,
  type Workspace,
  WorkspaceError,
  type WorkspacePackage,
} from "../workspace/read-workspace.ts";
import { selectPackages } from "../workspace/select-packages.ts";
import { cutManifest } from "../workspace/workspace-manifest.ts";
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
    const selection = selectPackages(workspace, from.package);
    if ("problems" in selection) return selection;
    return await readSelection(workspace, { ...selection, name: from.package }, reading);
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

interface Selected {
  readonly packages: readonly WorkspacePackage[];
  readonly cut: ReadonlySet<string>;
  readonly paths: readonly string[];
  /** The package that was asked for. */
  readonly name: string;
}

async function readSelection(
  workspace: Workspace,
  selected: Selected,
  reading: WorkspaceReading,
): Promise<FolderSnapshot> {
  const { root, lockfiles } = workspace;
  const rootRules = await reading.readRules(root);
  if ("problem" in rootRules) return { problems: [rootRules.problem] };
  const parts: ReadPart[] = [];
  const problems: SourceProblem[] = [];
  const add = (to: string, read: FolderSnapshot) => {
    const part = { from: { kind: "path", path: join(root, to) }, to, path: [] } as const;
    if ("snapshot" in read) parts.push({ part, snapshot: read.snapshot });
    else problems.push(...read.problems);
  };
  for (const one of selected.packages) {
    const { folder, manifest } = one;
    const isWhole = folder !== "" || manifest.name === selected.name;
    const own = isWhole ? undefined : rootFiles(workspace, selected);
    add(folder, await readPackage(workspace, one, { own, rootRules, reading }));
  }
  if (problems.length > 0) return { problems };
  const texts = lockfiles.map(
    (lockfile) => [lockfile.name, pruneLockfile(workspace, lockfile, selected)] as const,
  );
  if (selected.cut.size > 0) texts.push([MANIFEST, cutManifest(workspace.manifestText, selected.cut)]);
  for (const [name, text] of texts) {
    if (!rootRules.matcher.ignores(name)) add("", { snapshot: snapshotText(join(root, name), text) });
  }
  const merged = mergeParts(parts);
  return "snapshot" in merged ? merged : { problems: [merged.problem] };
}

/** Files that package managers read at the root, and those that its manifest names. */
export function rootFiles(
  { packages }: Workspace,
  { cut, paths }: Pick<Selected, "cut" | "paths">,
): readonly string[] {
  const patches = packages[0]?.manifest.patches ?? [];
  return [
    // One that is cut is a text of its own.
    ...(cut.size === 0 ? [MANIFEST] : []),
    ...ROOT_FILES,
    ...[...patches, ...paths].map((path) => path.replace(/^\.\//, "")),
  ];
}

const MANIFEST = "package.json";
const ROOT_FILES: readonly string[] = [
  ".npmrc",
  "pnpm-workspace.yaml",
  ".pnpmfile.cjs",
  ".pnpmfile.mjs",
  ".yarnrc",
  ".yarnrc.yml",
  ".yarn/patches",
  ".yarn/plugins",
  ".yarn/releases",
  // Not understood here, and so taken as they are.
  "bun.lock",
  "bun.lockb",
  "bunfig.toml",
];

/** `own`: of the root, its own paths; undefined for all of the folder. Packages inside are read for themselves. */
async function readPackage(
  { packages, lockfiles }: Workspace,
  { folder, place }: WorkspacePackage,
  {
    own,
    rootRules,
    reading,
  }: {
    readonly own: readonly string[] | undefined;
    readonly rootRules: FolderRules;
    readonly reading: WorkspaceReading;
  },
): Promise<FolderSnapshot> {
  const rules = folder === "" ? rootRules : await reading.readRules(place);
  if ("problem" in rules) return { problems: [rules.problem] };
  const prefix = folder === "" ? "" : `${folder}/`;
  const nested = packages.flatMap((one) =>
    one.folder !== folder && one.folder.startsWith(prefix) ? [one.folder.slice(prefix.length)] : [],
  );
  const excluded = folder === "" ? [...nested, ...lockfiles.map(({ name }) => name)] : nested;
  const matchers = [
    rules.matcher,
    leaveOut(excluded),
    ...(folder === "" ? [] : [rulesBelow(prefix, rootRules.matcher)]),
    ...(own === undefined ? [] : [takeOnly(own)]),
  ];
  const key = [place, "workspace", rules.patterns, rootRules.patterns, excluded, own];
  const read = await reading.readFolder(place, anyIgnores(matchers), key);
  if (own === undefined) return read;
  if (!("snapshot" in read)) {
    // The root's manifest and lockfile are texts; it need not have more.
    const isEmpty = read.problems.every(({ code }) => code === "source-empty");
    return isEmpty ? { snapshot: assembleSnapshot({ kind: "folder", root: place, only: [] }, []) } : read;
  }
  const { snapshot } = read;
  const only = own.filter((path) => snapshot.entries.some((entry) => isAmong(entry.path, [path])));
  return { snapshot: { ...snapshot, origin: { kind: "folder", root: place, only } } };
}

function pruneLockfile({ packages }: Workspace, { pruner, text }: Lockfile, selected: Selected): string {
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
