// Finds the packages of a workspace that a package needs: itself, the packages that it leads to, and the root, whose own
// links to other packages are cut. Pure.
import { join, posix, relative } from "node:path";
import { suggest } from "@sti/core";
import type { SourceProblem } from "../disk/source-problem.ts";
import { reach } from "./lockfile-pruner.ts";
import type { Workspace, WorkspacePackage } from "./read-workspace.ts";
import type { Dependency } from "./workspace-manifest.ts";

export type Selection =
  | {
      /** The root first, the others in the workspace's order. */
      readonly packages: readonly WorkspacePackage[];
      /** Names of the root's dependencies that are packages of the workspace, but not among these. */
      readonly cut: ReadonlySet<string>;
      /** Files and folders of the root that are no packages of the workspace, but are depended on by their paths. */
      readonly paths: readonly string[];
    }
  | { readonly problems: readonly SourceProblem[] };

export function selectPackages(workspace: Workspace, name: string): Selection {
  const { packages, root } = workspace;
  const search: Search = { workspace, byName: groupByName(packages), problems: [], paths: new Set() };
  const [first] = packages;
  const replaced = first === undefined ? [] : replacementsOf(first);
  const find = (one: WorkspacePackage, dependencies: readonly Dependency[]) =>
    dependencies.flatMap((dependency) => findDependency(search, one, dependency));
  const starts = [
    ...findByName(search, name, undefined),
    ...(first === undefined ? [] : find(first, replaced)),
  ];
  const selected = reach(starts, (one) => find(one, dependenciesOf(one)));
  const cut =
    first === undefined || selected.has(first) ? new Set<string>() : cutLinks(search, first, selected);
  for (const { folder, manifest, place } of selected) {
    if (!leavesRoot(relative(root, place))) continue;
    const name = manifest.name ?? folder;
    search.problems.push({ code: "workspace-package-outside", name, folder: join(root, folder), root });
  }
  if (search.problems.length > 0) return { problems: search.problems };
  return {
    packages: packages.flatMap((one) => {
      if (one === first && !selected.has(one)) return [withoutDependencies(one, cut)];
      return selected.has(one) ? [one] : [];
    }),
    cut,
    paths: [...search.paths].sort(),
  };
}

/** The links of a root that is there only for its settings, but for those to packages that are selected. */
function cutLinks(
  search: Search,
  root: WorkspacePackage,
  selected: ReadonlySet<WorkspacePackage>,
): ReadonlySet<string> {
  const pruners = search.workspace.lockfiles.flatMap(({ pruner }) => pruner ?? []);
  const isFromRegistry = (dependency: Dependency) =>
    !BY_PLACE.test(dependency[1]) &&
    pruners.length > 0 &&
    pruners.every((pruner) => pruner.isFromRegistry(dependency));
  const cut = dependenciesOf(root).filter((dependency) => {
    const found = findDependency(search, root, dependency);
    return found.length > 0 && !found.some((one) => selected.has(one)) && !isFromRegistry(dependency);
  });
  return new Set(cut.map(([name]) => name));
}

function withoutDependencies(one: WorkspacePackage, names: ReadonlySet<string>): WorkspacePackage {
  const keep = (dependencies: readonly Dependency[]) => dependencies.filter(([name]) => !names.has(name));
  const { manifest } = one;
  return {
    ...one,
    manifest: {
      ...manifest,
      dependencies: keep(manifest.dependencies),
      peerDependencies: keep(manifest.peerDependencies),
    },
  };
}

interface Search {
  readonly workspace: Workspace;
  readonly byName: ReadonlyMap<string, readonly WorkspacePackage[]>;
  readonly problems: SourceProblem[];
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

function dependenciesOf({ manifest }: WorkspacePackage): readonly Dependency[] {
  return [...manifest.dependencies, ...manifest.peerDependencies];
}

/** A root's replacements for dependencies of other packages, which may be any. "$name" is the root's own dependency. */
function replacementsOf(root: WorkspacePackage): readonly Dependency[] {
  const { overrides, resolutions } = root.manifest;
  return [...overrides, ...resolutions].flatMap(([pattern, range]) => {
    if (range.startsWith("$")) return dependenciesOf(root).filter(([name]) => name === range.slice(1));
    const name = /(?:^|[/>])((?:@[^/@>]+\/)?[^/@>]+)(?:@[^/>]*)?$/.exec(pattern)?.[1];
    return name !== undefined && BY_PLACE.test(range) ? [[name, range] as const] : [];
  });
}

const BY_PLACE = /^(?:workspace|link|file|portal):/;

function findDependency(
  search: Search,
  dependent: WorkspacePackage,
  [name, range]: Dependency,
): readonly WorkspacePackage[] {
  const [, protocol, rest = ""] = /^(workspace|link|file|portal):(.*)$/s.exec(range) ?? [];
  if (protocol === undefined) {
    // A range may mean the registry's package of this name as well: which one, the package manager knows.
    const elsewhere = /^[a-z+]+:/i.test(range) && !range.startsWith("catalog:");
    return elsewhere ? [] : (search.byName.get(name) ?? []);
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
  if (found.length > 1) {
    const folders = found.map(({ folder }) => join(root, folder));
    problems.push({ code: "workspace-package-twice", name, folders });
  }
  if (found.length === 0) {
    problems.push({
      code: "workspace-package-unknown",
      name,
      root,
      suggestion: suggest(name, byName.keys()),
      ...(dependent === undefined ? {} : { dependent: join(root, dependent.folder, "package.json") }),
    });
  }
  return found;
}

/** A folder that is a package of the workspace, or any other place of the root, which then goes along. */
function findByPath(
  { workspace, paths }: Search,
  dependent: WorkspacePackage,
  written: string,
): readonly WorkspacePackage[] {
  if (posix.isAbsolute(written)) return [];
  const path = posix.join(dependent.folder, written).replace(/\/$/, "");
  const found = workspace.packages.find(({ folder }) => folder === (path === "." ? "" : path));
  if (found !== undefined) return [found];
  const inside = dependent.folder !== "" && path.startsWith(`${dependent.folder}/`);
  if (!inside && !leavesRoot(path)) paths.add(path);
  return [];
}

function leavesRoot(path: string): boolean {
  return path === ".." || path.startsWith("../");
}
