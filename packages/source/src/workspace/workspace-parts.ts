// The folders that the source of a workspace package is read from, and the files that are taken of each. Pure.
import { insideRoot } from "./read-settings.ts";
import type { Workspace } from "./read-workspace.ts";
import type { SelectedPackage } from "./select-packages.ts";

export const MANIFEST = "package.json";

export interface SelectedPackages {
  readonly packages: readonly SelectedPackage[];
  readonly cut: ReadonlySet<string>;
  readonly paths: readonly string[];
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

/** `hasArchives`: whether yarn's folder of archives belongs to the repository. */
export function listParts(
  workspace: Workspace,
  selected: SelectedPackages,
  { hasArchives }: { readonly hasArchives: boolean },
): readonly WorkspacePart[] {
  const lockfiles = workspace.lockfiles.map(({ name }) => name);
  return selected.packages.map(({ extent, folder, place }): WorkspacePart => {
    switch (extent) {
      case "root": {
        const archives = hasArchives ? [workspace.yarnCache ?? []].flat() : [];
        // A setting may name a file of a package that does not stay.
        const left = [...lockfiles, ...selected.packages.flatMap(readApart)];
        return { folder, place, own: [...rootFiles(workspace, selected), ...archives], left };
      }
      case "whole": {
        const nested = nestedIn(folder, workspace);
        return { folder, place, own: undefined, left: folder === "" ? [...nested, ...lockfiles] : nested };
      }
      case "manifest":
        return { folder, place, own: [MANIFEST], left: [] };
      default:
        return extent satisfies never;
    }
  });
}

function readApart({ extent, folder }: SelectedPackage): readonly string[] {
  if (folder === "") return [];
  return [extent === "whole" ? folder : `${folder}/${MANIFEST}`];
}

function nestedIn(folder: string, { packages }: Workspace): readonly string[] {
  const prefix = folder === "" ? "" : `${folder}/`;
  return packages.flatMap((one) =>
    one.folder !== folder && one.folder.startsWith(prefix) ? [one.folder.slice(prefix.length)] : [],
  );
}

/** Files that package managers read at the root, and those that its settings and dependencies name. */
function rootFiles(workspace: Workspace, { cut, paths }: SelectedPackages): readonly string[] {
  const patches = patchFolderOf(workspace) ?? [];
  // A manifest that is cut is a text of its own.
  return [
    ...(cut.size === 0 ? [MANIFEST] : []),
    ...ROOT_FILES,
    ...workspace.files,
    ...paths,
    ...[patches].flat(),
  ];
}

/** The folder of the patches that an install applies by a script of the root. */
export function patchFolderOf({ packages }: Workspace): string | undefined {
  return [packages[0]?.manifest.patchFolder ?? []].flat().flatMap(insideRoot)[0];
}

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
