// Folders that dependencies name by their paths, and that are no packages of the workspace. Their own dependencies may
// name more.
import type { JsonObject } from "./json-object.ts";
import { pathsInside } from "./named-path.ts";
import { inCatalog, placeOfRange } from "./range.ts";
import type { WorkspacePackage } from "./read-workspace.ts";

export interface BesideOptions {
  /** yarn's ranges by catalog and name. */
  readonly catalogs: JsonObject;
  /** Reads a folder inside the root; undefined if there is none. */
  readonly read: (folder: string) => Promise<WorkspacePackage | undefined>;
}

export async function readBeside(
  packages: readonly WorkspacePackage[],
  { catalogs, read }: BesideOptions,
): Promise<readonly WorkspacePackage[]> {
  const known = new Set(packages.map(({ folder }) => folder));
  const found: WorkspacePackage[] = [];
  for (let fresh = packages; fresh.length > 0; found.push(...fresh)) {
    const named = new Set(fresh.flatMap((one) => foldersOf(one, catalogs)).filter((one) => !known.has(one)));
    for (const folder of named) known.add(folder);
    fresh = (await Promise.all([...named].map(read))).flatMap((one) => one ?? []);
  }
  return found;
}

function foldersOf({ folder, manifest }: WorkspacePackage, catalogs: JsonObject): readonly string[] {
  const { dependencies, devDependencies, overrides, peerDependencies, resolutions } = manifest;
  const all = [...dependencies, ...devDependencies, ...peerDependencies, ...overrides, ...resolutions];
  const ranges = all.flatMap(([name, range]) => placeOfRange(inCatalog(catalogs, name, range)) ?? []);
  const paths = ranges.flatMap((range) => (range.isPatch ? [] : range.paths));
  return pathsInside(paths.map((written) => ({ base: folder, written })));
}
