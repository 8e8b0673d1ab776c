// A workspace of pnpm, npm or yarn: its root, its packages, and its lockfiles. Which of them an app gets is decided in
// select-packages.ts.
import { realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findFolders, type PatternRules } from "./find-folders.ts";
import type { LockfilePruner } from "./lockfile-pruner.ts";
import { readBerryLock } from "./prune-berry-lock.ts";
import { readNpmLock } from "./prune-npm-lock.ts";
import { readPnpmLock } from "./prune-pnpm-lock.ts";
import { readYarnLock } from "./prune-yarn-lock.ts";
import { insideRoot, readPnpmSettings, readSettings, type Settings } from "./read-settings.ts";
import { readText } from "./read-text.ts";
import { WorkspaceError } from "./workspace-error.ts";
import { type Manifest, NO_MANIFEST, parseManifest } from "./workspace-manifest.ts";

export interface WorkspacePackage {
  /** Relative to the root, "/"-separated; "" for the root, "../x" for a folder outside. */
  readonly folder: string;
  /** Real path of the folder: absolute, no link. */
  readonly place: string;
  readonly manifest: Manifest;
}

export interface Lockfile {
  readonly name: string;
  readonly text: string;
  /** Undefined for what cannot be understood. */
  readonly pruner: LockfilePruner | undefined;
}

export interface Workspace {
  /** Absolute, no link. */
  readonly root: string;
  /** Places of packages, as written: globs for their folders. */
  readonly patterns: readonly string[];
  /** Files and folders of the root that its settings name, relative to it. They need not be there. */
  readonly files: readonly string[];
  /** Folder in which yarn keeps archives, relative to the root. */
  readonly yarnCache: string | undefined;
  /** The root's package.json, "" without one. */
  readonly manifestText: string;
  /** The root first, the others sorted by folder. */
  readonly packages: readonly WorkspacePackage[];
  readonly lockfiles: readonly Lockfile[];
}

type ReadLock = (text: string, settings: Settings) => LockfilePruner | undefined;

const LOCKFILES: ReadonlyMap<string, readonly ReadLock[]> = new Map<string, readonly ReadLock[]>([
  ["pnpm-lock.yaml", [readPnpmLock]],
  ["package-lock.json", [readNpmLock]],
  ["npm-shrinkwrap.json", [readNpmLock]],
  ["yarn.lock", [readYarnLock, readBerryLock]],
]);

/** `searched`: also the folders above. Rejects with a WorkspaceError. */
export async function readWorkspace(
  folder: string,
  { searched }: { readonly searched: boolean },
): Promise<Workspace> {
  const start = await realpath(folder).catch(() => folder);
  for (let root = start; ; root = dirname(root)) {
    const found = await readRoot(root);
    if (found !== undefined) return await readPackages(root, found);
    if (!searched || dirname(root) === root) {
      throw new WorkspaceError({ code: "workspace-missing", folder: start, searched });
    }
  }
}

interface Root {
  readonly manifest: Manifest;
  readonly manifestText: string;
  readonly patterns: readonly string[];
  readonly rules: PatternRules;
  readonly settings: Settings;
}

/** Undefined for a folder that is no root. */
async function readRoot(folder: string): Promise<Root | undefined> {
  const pnpm = await readPnpmSettings(folder);
  const read = await readManifest(join(folder, "package.json"));
  const patterns = pnpm.patterns ?? read?.manifest.workspaces;
  if (patterns === undefined) return undefined;
  const settings = await readSettings(folder, pnpm);
  const own = read?.manifest ?? NO_MANIFEST;
  return {
    patterns,
    rules: pnpm.patterns === undefined ? await findRules(folder, own) : "globs",
    settings,
    manifestText: read?.text ?? "",
    manifest: { ...own, overrides: [...own.overrides, ...settings.overrides] },
  };
}

/** Of the package manager that a manifest's `workspaces` are for: the one that it names, else that of a lockfile. */
async function findRules(root: string, { manager }: Manifest): Promise<PatternRules> {
  const [, name, version] = /^(npm|pnpm|yarn|bun)@(\d+)/.exec(manager ?? "") ?? [];
  if (name !== undefined) return name === "yarn" ? (version === "1" ? "yarn-1" : "globs") : "npm";
  const lock = await readText(join(root, "yarn.lock"));
  if (lock === undefined || (await readText(join(root, "package-lock.json"))) !== undefined) return "npm";
  return /^# yarn lockfile v1$/m.test(lock) ? "yarn-1" : "globs";
}

async function readPackages(
  root: string,
  { manifest, manifestText, patterns, rules, settings }: Root,
): Promise<Workspace> {
  const folders = await findFolders(patterns, { root, rules, followsLinks: true });
  const found = await Promise.all(
    folders.map(async (folder) => ({
      folder,
      place: await realpath(join(root, folder)).catch(() => join(root, folder)),
      manifest: (await readManifest(join(root, folder, "package.json")))?.manifest ?? NO_MANIFEST,
    })),
  );
  const lockfiles = await Promise.all(
    [...LOCKFILES].map(async ([name, readers]) => {
      const text = await readText(join(root, name));
      if (text === undefined) return [];
      return [{ name, text, pruner: firstOf(readers, text.replace(/^\uFEFF/, ""), settings) }];
    }),
  );
  // A link to a package is not another one.
  const isItself = ({ folder, place }: WorkspacePackage) => join(root, folder) === place;
  const places = new Set([root, ...found.filter(isItself).map(({ place }) => place)]);
  const packages = found.filter((one) => isItself(one) || !places.has(one.place));
  return {
    root,
    patterns,
    files: [...settings.files, ...manifest.patches.flatMap(insideRoot)],
    yarnCache: settings.yarnCache,
    manifestText,
    packages: [{ folder: "", place: root, manifest }, ...packages],
    lockfiles: lockfiles.flat(),
  };
}

/** Name and folder of each package in the root's own folders, without reading lockfiles and following links. */
export async function listPackages(
  root: string,
): Promise<readonly { readonly folder: string; readonly name: string | undefined }[]> {
  const found = await readRoot(root);
  if (found === undefined) return [];
  const { patterns, rules } = found;
  const inside = patterns.filter((pattern) => !pattern.split(/[/\\]/).includes(".."));
  const folders = await findFolders(inside, { root, rules, followsLinks: false });
  return await Promise.all(
    folders.map(async (folder) => ({
      folder,
      name: (await readManifest(join(root, folder, "package.json")))?.manifest.name,
    })),
  );
}

function firstOf(readers: readonly ReadLock[], text: string, settings: Settings): LockfilePruner | undefined {
  for (const read of readers) {
    const pruner = read(text, settings);
    if (pruner !== undefined) return pruner;
  }
  return undefined;
}

/** Undefined without the file. */
async function readManifest(
  file: string,
): Promise<{ readonly manifest: Manifest; readonly text: string } | undefined> {
  const text = await readText(file);
  if (text === undefined) return undefined;
  const parsed = parseManifest(text);
  if ("manifest" in parsed) return { manifest: parsed.manifest, text };
  throw new WorkspaceError({ code: "workspace-invalid", file, message: parsed.problem });
}
