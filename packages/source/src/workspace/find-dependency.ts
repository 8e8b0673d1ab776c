// Finds the packages of a workspace that a dependency means, and the other places of the root that it names. Pure.
import { join, posix } from "node:path";
import { suggest } from "@sti/core";
import type { SourceProblem } from "../disk/source-problem.ts";
import type { Workspace, WorkspacePackage } from "./read-workspace.ts";
import type { Dependency } from "./workspace-manifest.ts";

export interface Finder {
  /** Several for a name that several packages have. */
  find(dependent: WorkspacePackage, dependency: Dependency): readonly WorkspacePackage[];
  findByName(name: string): readonly WorkspacePackage[];
  /** Found on the way. */
  readonly problems: readonly SourceProblem[];
  /** Files and folders of the root that dependencies named by their paths, but those in these folders. */
  pathsBeside(folders: readonly string[]): readonly string[];
}

export function createFinder(workspace: Workspace): Finder {
  const search: Search = {
    workspace,
    byName: groupByName(workspace.packages),
    problems: new Map(),
    paths: new Set(),
  };
  return {
    find: (dependent, dependency) => findDependency(search, dependent, dependency),
    findByName: (name) => findByName(search, name, undefined),
    get problems() {
      return [...search.problems.values()];
    },
    pathsBeside: (folders) =>
      [...search.paths]
        .filter((path) => !folders.some((folder) => folder !== "" && path.startsWith(`${folder}/`)))
        .sort(),
  };
}

/** Whether a range names a place in the workspace. */
export function isByPlace([, range]: Dependency): boolean {
  return /^(?:workspace|link|file|portal|patch):/.test(range);
}

export function leavesRoot(path: string): boolean {
  return path === ".." || path.startsWith("../");
}

interface Search {
  readonly workspace: Workspace;
  readonly byName: ReadonlyMap<string, readonly WorkspacePackage[]>;
  /** By their texts: a dependency may be followed more than once. */
  readonly problems: Map<string, SourceProblem>;
  readonly paths: Set<string>;
}

function groupByName(
  packages: readonly WorkspacePackage[],
): ReadonlyMap<string, readonly WorkspacePackage[]> {
  const groups = new Map<string, WorkspacePackage[]>();
  for (const one of packages) {
    const { name } = one.manifest;
    if (name !== undefined) groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return groups;
}

function findDependency(
  search: Search,
  dependent: WorkspacePackage,
  [name, range]: Dependency,
): readonly WorkspacePackage[] {
  const [, protocol, rest = ""] = /^(workspace|link|file|portal|patch):(.*)$/s.exec(range) ?? [];
  if (protocol === undefined) {
    // A range may mean the registry's package of this name as well: which one, the package manager knows.
    const elsewhere = /^[a-z+]+:/i.test(range) && !range.startsWith("catalog:");
    return elsewhere ? [] : (search.byName.get(name) ?? []);
  }
  if (protocol === "patch") {
    for (const path of patchFiles(rest, dependent.folder)) addPath(search, path);
    return [];
  }
  if (protocol !== "workspace") return findByPath(search, dependent, rest);
  if (/^\.{1,2}(?:\/|$)/.test(rest)) return findByPath(search, dependent, rest);
  const byFolder = search.workspace.packages.find(({ folder }) => folder !== "" && folder === rest);
  if (byFolder !== undefined) return [byFolder];
  const alias = /^((?:@[^/@]+\/)?[^/@]+)@/.exec(rest)?.[1];
  return findByName(search, alias ?? name, dependent);
}

function findByName(
  { workspace, byName, problems }: Search,
  name: string,
  dependent: WorkspacePackage | undefined,
): readonly WorkspacePackage[] {
  const found = byName.get(name) ?? [];
  const { root } = workspace;
  const add = (problem: SourceProblem) => problems.set(JSON.stringify(problem), problem);
  if (found.length > 1) {
    const folders = found.map(({ folder }) => join(root, folder));
    add({ code: "workspace-package-twice", name, folders });
  }
  if (found.length === 0) {
    add({
      code: "workspace-package-unknown",
      name,
      root,
      suggestion: nameAt(workspace, name) ?? suggest(name, byName.keys()),
      ...(dependent === undefined ? {} : { dependent: join(root, dependent.folder, "package.json") }),
    });
  }
  return found;
}

/** The name of the package in a folder; the last part of the path is enough. */
function nameAt({ packages }: Workspace, path: string): string | undefined {
  const written = posix.join(path, ".");
  const isAt = ({ folder }: WorkspacePackage) => folder === written || posix.basename(folder) === written;
  return packages.find(isAt)?.manifest.name;
}

/** A folder that is a package of the workspace, or any other place of the root, which then goes along. */
function findByPath(
  search: Search,
  dependent: WorkspacePackage,
  written: string,
): readonly WorkspacePackage[] {
  if (posix.isAbsolute(written)) return [];
  const path = posix.join(dependent.folder, written).replace(/\/$/, "");
  const found = search.workspace.packages.find(({ folder }) => folder === (path === "." ? "" : path));
  if (found !== undefined) return [found];
  addPath(search, path);
  return [];
}

function addPath({ paths }: Search, path: string): void {
  if (path !== "." && !posix.isAbsolute(path) && !leavesRoot(path)) paths.add(path);
}

/** Of yarn's "patch:name@npm%3A1.0.0#one&two", relative to the dependent's folder, or to the root with "~/". */
function patchFiles(written: string, folder: string): readonly string[] {
  const [, files = ""] = /^[^#]*#([^:]*)/.exec(written) ?? [];
  return files.split("&").flatMap((one) => {
    const path = one.replace(/^optional!/, "");
    if (path === "" || /^~?builtin</.test(path)) return [];
    return [path.startsWith("~/") ? posix.normalize(path.slice(2)) : posix.join(folder, path)];
  });
}
