// Files of a workspace's root that are written anew for a selection of its packages: lockfiles, and the manifest and
// settings without the links and patches that the selection does not have. Pure.
import { dump } from "js-yaml";
import { type JsonObject, objectOf, stringsOf } from "./json-object.ts";
import type { PrunedLockfile } from "./lockfile-pruner.ts";
import { pickCatalogs } from "./range.ts";
import { PNPM_FILE } from "./read-settings.ts";
import type { Lockfile, Workspace } from "./read-workspace.ts";
import { cutManifest, cutPatches, MANIFEST } from "./workspace-manifest.ts";
import type { SelectedPackages } from "./workspace-parts.ts";

export interface RootTexts {
  /** By name. */
  readonly texts: ReadonlyMap<string, string>;
  /** Keys of patches of pnpm and bun that apply to none of the packages. */
  readonly cutPatches: ReadonlySet<string>;
}

export function writeRootTexts(workspace: Workspace, selected: SelectedPackages): RootTexts {
  const { lockfiles, manifestText, pnpmFields } = workspace;
  const pruned = lockfiles.map((one) => ({ name: one.name, ...pruneLockfile(workspace, one, selected) }));
  const cut = new Set(pruned.flatMap((one) => one.cutPatches ?? []));
  const texts = new Map(pruned.map(({ name, text }) => [name, text]));
  const manifest = cutManifest(manifestText, selected.cut, cut);
  if (manifest !== manifestText) texts.set(MANIFEST, manifest);
  const settings = cutCatalogs(cutPatches(pnpmFields, cut), selected);
  if (settings !== pnpmFields) texts.set(PNPM_FILE, dump(settings, { lineWidth: -1, noRefs: true }));
  return { texts, cutPatches: cut };
}

/** pnpm's settings without the entries of catalogs that no package uses: the same object where it has none of them. */
function cutCatalogs(fields: JsonObject, { packages }: SelectedPackages): JsonObject {
  if (!("catalog" in fields) && !("catalogs" in fields)) return fields;
  const used = [
    ...packages.flatMap(({ manifest }) => [
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.peerDependencies,
      ...manifest.overrides,
    ]),
    ...stringsOf(fields.overrides),
  ];
  const { catalog, catalogs, ...rest } = fields;
  const { default: byDefault, ...byName } = pickCatalogs({ default: catalog, ...objectOf(catalogs) }, used);
  const isWhole = (before: unknown, after: unknown) =>
    Object.keys(objectOf(before)).length === Object.keys(objectOf(after)).length;
  const areWhole = Object.entries(objectOf(catalogs)).every(([name, one]) => isWhole(one, byName[name]));
  if (areWhole && isWhole(catalog, byDefault)) return fields;
  return {
    ...rest,
    ...(byDefault === undefined ? {} : { catalog: byDefault }),
    ...(Object.keys(byName).length === 0 ? {} : { catalogs: byName }),
  };
}

function pruneLockfile(
  { packages }: Workspace,
  { pruner, text }: Lockfile,
  selected: SelectedPackages,
): PrunedLockfile {
  const kept = new Set(selected.packages.map(({ folder }) => folder));
  const left = new Set(packages.flatMap(({ folder }) => (kept.has(folder) ? [] : [folder])));
  return pruner?.prune({ packages: selected.packages, left, cut: selected.cut }) ?? { text };
}
