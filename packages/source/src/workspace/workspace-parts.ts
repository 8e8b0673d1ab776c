// The folders that the source of a workspace package is read from, and the files that are taken of each. Pure.
import type { DependencyPath } from "./find-dependency.ts";
import { pathsInside } from "./named-path.ts";
import type { Workspace } from "./read-workspace.ts";
import type { SelectedPackage } from "./select-packages.ts";
import { MANIFEST } from "./workspace-manifest.ts";

export interface SelectedPackages {
  readonly packages: readonly SelectedPackage[];
  readonly cut: ReadonlySet<string>;
  readonly paths: readonly DependencyPath[];
}

export interface WorkspacePart {
  /** Relative to the workspace's root. */
  readonly folder: string;
  /** Absolute, no link. */
  readonly place: string;
  /** The files and folders of it that are taken; undefined for all. Paths are relative to it. */
  readonly own: readonly string[] | undefined;
  /** Files and folders that are not taken, or by another part. */
  readonly left: readonly string[];
}

export interface PartOptions {
  /** Whether yarn's folder of archives belongs to the repository. */
  readonly hasArchives: boolean;
  /** Files of the root that are written anew. */
  readonly written: ReadonlySet<string>;
  /** Keys of patches of pnpm and bun that are not needed. */
  readonly cutPatches: ReadonlySet<string>;
}

export function listParts(
  workspace: Workspace,
  selected: SelectedPackages,
  options: PartOptions,
): readonly WorkspacePart[] {
  const lockfiles = workspace.lockfiles.map(({ name }) => name);
  return selected.packages.map(({ extent, folder, place }): WorkspacePart => {
    switch (extent) {
      case "root": {
        // A setting may name a file of a package that does not stay.
        const left = [...lockfiles, ...options.written, ...selected.packages.flatMap(readApart)];
        return { folder, place, own: rootFiles(workspace, selected, options), left };
      }
      case "whole": {
        const nested = nestedIn(folder, workspace);
        const written = folder === "" ? [...lockfiles, ...options.written] : [];
        return { folder, place, own: undefined, left: [...nested, ...written] };
      }
      case "manifest":
        return { folder, place, own: MEMBER_FILES, left: [] };
      default:
        return extent satisfies never;
    }
  });
}

function readApart({ extent, folder }: SelectedPackage): readonly string[] {
  if (folder === "") return [];
  return extent === "whole" ? [folder] : MEMBER_FILES.map((file) => `${folder}/${file}`);
}

function nestedIn(folder: string, { packages }: Workspace): readonly string[] {
  const prefix = folder === "" ? "" : `${folder}/`;
  return packages.flatMap((one) =>
    one.folder !== folder && one.folder.startsWith(prefix) ? [one.folder.slice(prefix.length)] : [],
  );
}

/** Files that package managers read at the root, and those that its settings and dependencies name. */
function rootFiles(
  workspace: Workspace,
  { paths }: SelectedPackages,
  { cutPatches, hasArchives }: PartOptions,
): readonly string[] {
  const { packages, patches, settings } = workspace;
  const scripts = packages[0]?.manifest.scriptFiles ?? [];
  return [
    MANIFEST,
    ...ROOT_FILES,
    ...pathsInside([
      ...settings.named,
      ...patches.filter(({ key }) => !cutPatches.has(key)),
      ...paths,
      ...scripts.map((written) => ({ base: "", written })),
    ]),
    ...[patchFolderOf(workspace) ?? []].flat(),
    ...(hasArchives ? [settings.yarnCache ?? []].flat() : []),
  ];
}

/** The folder of the patches that an install applies by a script of the root. */
export function patchFolderOf({ packages }: Workspace): string | undefined {
  const written = packages[0]?.manifest.patchFolder;
  return written === undefined ? undefined : pathsInside([{ base: "", written }])[0];
}

/** Files of a package that an install reads; pnpm has a lockfile in each with `shared-workspace-lockfile=false`. */
const MEMBER_FILES: readonly string[] = [MANIFEST, ".npmrc", "pnpm-lock.yaml"];

/** Read by package managers, and by Nx and Turborepo, which run the scripts of packages. */
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
  ".env.yarn",
  "bun.lockb",
  "nx.json",
  "turbo.json",
  "turbo.jsonc",
  "bunfig.toml",
];
