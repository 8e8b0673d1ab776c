// Finds the packages of a workspace that a dependency means, and the other places that it names. Pure.
import { join, posix } from "node:path";
import { suggest } from "@sti/core";
import type { SourceProblem } from "../disk/source-problem.ts";
import { type NamedPath, placeOf } from "./named-path.ts";
import { inCatalog, type PlaceRange, placeOfRange } from "./range.ts";
import type { Workspace, WorkspacePackage } from "./read-workspace.ts";
import type { Dependency } from "./workspace-manifest.ts";

/** A place that a dependency names, and that is no package of the workspace. */
export interface DependencyPath extends NamedPath {
  readonly isPatch: boolean;
}

export interface Finder {
  /** Several for a name that several packages have. */
  find(dependent: WorkspacePackage, dependency: Dependency): readonly WorkspacePackage[];
  findByName(name: string): readonly WorkspacePackage[];
  /** Packages with this name, or this Nx project; "*" stands for any text. None for another. */
  findByProject(name: string): readonly WorkspacePackage[];
  /** Found on the way. */
  readonly problems: readonly SourceProblem[];
  /** Places that dependencies named on the way. */
  readonly paths: readonly DependencyPath[];
}

export function createFinder(workspace: Workspace): Finder {
  const search: Search = {
    workspace,
    byName: groupByName(workspace.packages),
    problems: new Map(),
    paths: new Map(),
  };
  return {
    find: (dependent, dependency) => findDependency(search, dependent, dependency),
    findByName: (name) => findByName(search, name, undefined),
    findByProject: (name) => findByProject(workspace, name),
    get problems() {
      return [...search.problems.values()];
    },
    get paths() {
      return [...search.paths.values()];
    },
  };
}

/** Whether a range names a place in the workspace. */
export function isByPlace([, range]: Dependency): boolean {
  return range.startsWith("workspace:") || placeOfRange(range) !== undefined;
}

export function leavesRoot(path: string): boolean {
  return path === ".." || path.startsWith("../");
}

interface Search {
  readonly workspace: Workspace;
  readonly byName: ReadonlyMap<string, readonly WorkspacePackage[]>;
  /** By their texts: a dependency may be followed more than once. */
  readonly problems: Map<string, SourceProblem>;
  /** By dependent and text. */
  readonly paths: Map<string, DependencyPath>;
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
  [name, written]: Dependency,
): readonly WorkspacePackage[] {
  const range = inCatalog(search.workspace.settings.catalogs, name, written);
  const place = placeOfRange(range);
  if (place !== undefined) return findByPlace(search, dependent, place);
  const [, rest] = /^workspace:(.*)$/s.exec(range) ?? [];
  if (rest === undefined) {
    // A range may mean the registry's package of this name as well: which one, the package manager knows.
    const elsewhere = /^[a-z+]+:/i.test(range) && !range.startsWith("catalog:");
    return elsewhere ? [] : (search.byName.get(name) ?? []);
  }
  if (/^\.{1,2}(?:\/|$)/.test(rest)) {
    return findByPlace(search, dependent, { paths: [rest], isPatch: false });
  }
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

function findByProject({ packages }: Workspace, name: string): readonly WorkspacePackage[] {
  const parts = name.split("*");
  return packages.filter(
    ({ folder, manifest, project }) =>
      folder !== "" && [manifest.name, project].some((one) => one !== undefined && hasParts(one, parts)),
  );
}

/** Whether a text has these parts in their order, the first at its start and the last at its end. */
function hasParts(text: string, parts: readonly string[]): boolean {
  const [first = "", ...others] = parts;
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** The name of the package in a folder; the last part of the path is enough. */
function nameAt({ packages }: Workspace, path: string): string | undefined {
  const written = posix.join(path, ".");
  const isAt = ({ folder }: WorkspacePackage) => folder === written || posix.basename(folder) === written;
  return packages.find(isAt)?.manifest.name;
}

/** Folders that are packages, of the workspace or beside it. Other places are remembered. */
function findByPlace(
  { paths, workspace }: Search,
  dependent: WorkspacePackage,
  { isPatch, paths: written }: PlaceRange,
): readonly WorkspacePackage[] {
  return written.flatMap((one) => {
    // yarn's patches may be relative to the root.
    const isOfRoot = isPatch && one.startsWith("~/");
    const named = {
      written: isOfRoot ? one.slice(2) : one,
      base: isOfRoot ? "" : dependent.folder,
      file: posix.join(dependent.folder, "package.json"),
      isOptional: false,
      isPatch,
    };
    const place = placeOf(named);
    const folder = place === undefined ? "" : "path" in place ? place.path : undefined;
    const found = isPatch ? undefined : workspace.packages.find((other) => other.folder === folder);
    if (found !== undefined) return [found];
    if (place !== undefined) paths.set(JSON.stringify([named.file, one]), named);
    return workspace.beside.filter((other) => other.folder === folder);
  });
}
