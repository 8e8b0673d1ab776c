// Finds the packages of a workspace that a package needs: itself, the packages that it leads to, and the root, whose own
// links to other packages are cut. A package that is needed only for development has just its manifest. Pure.
import { join, relative } from "node:path";
import type { SourceProblem } from "../disk/source-problem.ts";
import { createFinder, type DependencyPath, type Finder, isByPlace, leavesRoot } from "./find-dependency.ts";
import type { Workspace, WorkspacePackage } from "./read-workspace.ts";
import type { Dependency, Manifest } from "./workspace-manifest.ts";

export interface SelectedPackage extends WorkspacePackage {
  /** "manifest": the package.json alone. */
  readonly extent: "whole" | "manifest" | "root";
  /** Undefined for the package that was asked for, and the root. */
  readonly reason: PackageReason | undefined;
}

/** The field that names a package, and its file, relative to the root. */
export interface PackageReason {
  readonly field: string;
  readonly file: string;
}

export type Selection =
  | {
      /** The root first, the others in the workspace's order. */
      readonly packages: readonly SelectedPackage[];
      /** Names of the root's dependencies that are packages of the workspace, but not among these. */
      readonly cut: ReadonlySet<string>;
      /** Places that dependencies name by their paths. */
      readonly paths: readonly DependencyPath[];
    }
  | { readonly problems: readonly SourceProblem[] };

/** `used`: packages whose files are needed, if they are needed at all. */
export function selectPackages(
  workspace: Workspace,
  name: string,
  used: ReadonlySet<WorkspacePackage> = new Set(),
): Selection {
  const { packages, root } = workspace;
  const finder = createFinder(workspace);
  const [first] = packages;
  const follow = (one: WorkspacePackage, fields: readonly Field[]) =>
    fields.flatMap(([field, dependenciesOf]) =>
      dependenciesOf(one.manifest).flatMap((dependency) =>
        finder
          .find(one, dependency)
          .map((found) => [found, { field, file: join(one.folder, "package.json") }] as const),
      ),
    );
  const followImplicit = (one: WorkspacePackage) =>
    one.implicit.flatMap(({ field, file, name }) =>
      finder.findByProject(name).map((found) => [found, { field, file }] as const),
    );
  const followProduction = (one: WorkspacePackage) => [...follow(one, PRODUCTION), ...followImplicit(one)];
  const asked = finder.findByName(name).map((one) => [one, undefined] as const);
  const replaced = first === undefined ? [] : follow(first, [["overrides", replacementsOf]]);
  // The root keeps its dependencies on folders that are no packages of the workspace, and so these bring theirs.
  const ownBeside =
    first === undefined
      ? []
      : follow(first, [...PRODUCTION, DEVELOPMENT]).filter(([one]) => workspace.beside.includes(one));
  const production = walk([...asked, ...replaced, ...ownBeside], followProduction);
  // An install takes no development dependencies of folders beside the workspace.
  const followAll = (one: WorkspacePackage) =>
    workspace.beside.includes(one)
      ? followProduction(one)
      : [...followProduction(one), ...follow(one, [DEVELOPMENT])];
  const all = walk(production, followAll);
  // An install runs scripts of packages that are there, which may need any of their files.
  const needed = [...all].filter(([one]) => used.has(one) || one.manifest.hasInstallScript);
  const whole = walk([...production, ...needed], followProduction);
  const cut = first === undefined || all.has(first) ? new Set<string>() : cutLinks(workspace, finder, all);
  const members = [...all.keys()].filter((one) => !workspace.beside.includes(one));
  const outside = members.flatMap(({ folder, manifest, place }): readonly SourceProblem[] => {
    if (!leavesRoot(relative(root, place))) return [];
    return [
      { code: "workspace-package-outside", name: manifest.name ?? folder, folder: join(root, folder), root },
    ];
  });
  const problems = [...finder.problems, ...outside];
  if (problems.length > 0) return { problems };
  return {
    packages: packages.flatMap((one): readonly SelectedPackage[] => {
      if (one === first && !asked.some(([app]) => app === one)) {
        return [{ ...withoutDependencies(one, cut), extent: "root", reason: undefined }];
      }
      if (!all.has(one)) return [];
      return [{ ...one, extent: whole.has(one) ? "whole" : "manifest", reason: all.get(one) }];
    }),
    cut,
    paths: finder.paths,
  };
}

type Field = readonly [name: string, of: (manifest: Manifest) => readonly Dependency[]];

const PRODUCTION: readonly Field[] = [
  ["dependencies", ({ dependencies }) => dependencies],
  ["peerDependencies", ({ peerDependencies }) => peerDependencies],
];
const DEVELOPMENT: Field = ["devDependencies", ({ devDependencies }) => devDependencies];

/** All that can be reached, each with the reason of the first way to it. */
function walk(
  starts: Iterable<readonly [WorkspacePackage, PackageReason | undefined]>,
  next: (one: WorkspacePackage) => Iterable<readonly [WorkspacePackage, PackageReason]>,
): ReadonlyMap<WorkspacePackage, PackageReason | undefined> {
  const found = new Map(starts);
  // A map's iterator also reaches entries added on the way.
  for (const [one] of found) {
    for (const [other, reason] of next(one)) if (!found.has(other)) found.set(other, reason);
  }
  return found;
}

/** The links of a root that is there only for its settings, but for those to packages that are selected. */
function cutLinks(
  { beside, lockfiles, packages }: Workspace,
  finder: Finder,
  selected: ReadonlyMap<WorkspacePackage, unknown>,
): ReadonlySet<string> {
  const pruners = lockfiles.flatMap(({ pruner }) => pruner ?? []);
  const isFromRegistry = (dependency: Dependency) =>
    !isByPlace(dependency) &&
    pruners.length > 0 &&
    pruners.every((pruner) => pruner.isFromRegistry(dependency));
  const cut = packages.slice(0, 1).flatMap((root) =>
    dependenciesOf(root.manifest).filter((dependency) => {
      const found = finder.find(root, dependency);
      const isOfWorkspace = found.length > 0 && !found.some((one) => beside.includes(one));
      return isOfWorkspace && !found.some((one) => selected.has(one)) && !isFromRegistry(dependency);
    }),
  );
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
      devDependencies: keep(manifest.devDependencies),
      peerDependencies: keep(manifest.peerDependencies),
    },
  };
}

function dependenciesOf(manifest: Manifest): readonly Dependency[] {
  return [...PRODUCTION, DEVELOPMENT].flatMap(([, of]) => of(manifest));
}

/** A root's replacements for dependencies of other packages, which may be any. "$name" is the root's own dependency. */
function replacementsOf(root: Manifest): readonly Dependency[] {
  return [...root.overrides, ...root.resolutions].flatMap(([pattern, range]) => {
    if (range.startsWith("$")) return dependenciesOf(root).filter(([name]) => name === range.slice(1));
    const name = /(?:^|[/>])((?:@[^/@>]+\/)?[^/@>]+)(?:@[^/>]*)?$/.exec(pattern)?.[1];
    return name === undefined ? [] : [[name, range] as const].filter(isByPlace);
  });
}
