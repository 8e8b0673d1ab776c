// Files of a workspace's root that are written anew for a selection of its packages: lockfiles, and the manifest and
// settings without the links and patches that the selection does not have. Pure.
import { dump } from "js-yaml";
import type { PrunedLockfile } from "./lockfile-pruner.ts";
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
  const settings = cutPatches(pnpmFields, cut);
  if (settings !== pnpmFields) texts.set(PNPM_FILE, dump(settings, { lineWidth: -1, noRefs: true }));
  return { texts, cutPatches: cut };
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
