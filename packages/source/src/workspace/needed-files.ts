// Files of a workspace's root that only packages outside of the selection need: archives and patches of their
// dependencies. Pure.
import { hash } from "node:crypto";
import { posix } from "node:path";
import { pathsInside } from "./named-path.ts";
import { isNeededPatch } from "./needed-patches.ts";
import type { Workspace } from "./read-workspace.ts";
import { MANIFEST } from "./workspace-manifest.ts";
import { patchFolderOf, type SelectedPackages } from "./workspace-parts.ts";
import { readArchives, readMirrored } from "./yarn-archives.ts";

export interface NeededFiles {
  /** Whether a path of the root is left out. */
  readonly leavesOut: (path: string) => boolean;
  /** Identifies the lockfiles. */
  readonly key: string;
}

const YARN_LOCK = "yarn.lock";

/** `texts`: lockfiles for the selection, by name. */
export function findNeededFiles(
  workspace: Workspace,
  selected: SelectedPackages,
  texts: ReadonlyMap<string, string>,
): NeededFiles {
  const { yarnCache, yarnMirror, yarnPatches } = workspace.settings;
  const yarnLock = texts.get(YARN_LOCK);
  const lockfiles = [...texts].flatMap(([name, text]) => (name === MANIFEST ? [] : [text]));
  const folders: readonly Folder[] = [
    [patchFolderOf(workspace), (name) => isNeededPatch(name, lockfiles)],
    ...(yarnLock === undefined
      ? []
      : ([
          [yarnCache, readArchives(yarnLock)],
          [yarnMirror, readMirrored(yarnLock)],
          [yarnPatches, (name) => !name.endsWith(".patch") || isMentioned(name, yarnLock)],
        ] satisfies Folder[])),
  ];
  const patches = new Set(pathsInside(selected.paths.filter(({ isPatch }) => isPatch)));
  return {
    leavesOut: (path) => {
      const name = posix.basename(path);
      if (patches.has(path)) return yarnLock !== undefined && !isMentioned(name, yarnLock);
      return folders.some(
        ([folder, isNeeded]) => folder !== undefined && path.startsWith(`${folder}/`) && !isNeeded(name),
      );
    },
    key: hash("sha256", lockfiles.join("\n")),
  };
}

/** A folder of the root, and whether a file in it is needed. */
type Folder = readonly [path: string | undefined, isNeeded: (name: string) => boolean];

/** yarn names the files of patches in the lockfile. */
function isMentioned(name: string, lockfile: string): boolean {
  return lockfile.includes(name) || lockfile.includes(encodeURIComponent(name));
}
