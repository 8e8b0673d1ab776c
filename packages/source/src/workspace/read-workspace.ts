// A workspace of pnpm, npm, yarn or bun: its root, its packages, and its lockfiles. Which of them an app gets is decided in
// select-packages.ts.
import { readdir, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findFolders, type PatternRules } from "./find-folders.ts";
import type { JsonObject } from "./json-object.ts";
import type { LockfilePruner } from "./lockfile-pruner.ts";
import { readBerryLock } from "./prune-berry-lock.ts";
import { readBunLock } from "./prune-bun-lock.ts";
import { readNpmLock } from "./prune-npm-lock.ts";
import { readPnpmLock } from "./prune-pnpm-lock.ts";
import { readYarnLock } from "./prune-yarn-lock.ts";
import { readBeside } from "./read-beside.ts";
import { type NamedPatch, readPnpmSettings, readSettings, type Settings } from "./read-settings.ts";
import { readText } from "./read-text.ts";
import { type ImplicitDependency, readRootTasks, readTaskFiles } from "./task-files.ts";
import { WorkspaceError } from "./workspace-error.ts";
import { MANIFEST, type Manifest, NO_MANIFEST, parseManifest } from "./workspace-manifest.ts";

export interface WorkspacePackage {
  /** Relative to the root, "/"-separated; "" for the root, "../x" for a folder outside. */
  readonly folder: string;
  /** Real path of the folder: absolute, no link. */
  readonly place: string;
  readonly manifest: Manifest;
  /** Name of the Nx project, if it has one of its own. */
  readonly project: string | undefined;
  /** Packages that Nx and Turborepo build before it, besides its dependencies. */
  readonly implicit: readonly ImplicitDependency[];
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
  readonly settings: Settings;
  /** Fields of pnpm-workspace.yaml. */
  readonly pnpmFields: JsonObject;
  /** Patches of pnpm and bun, named by settings and by the root's manifest. */
  readonly patches: readonly NamedPatch[];
  /** The root's package.json, "" without one. */
  readonly manifestText: string;
  /** The root first, the others sorted by folder. */
  readonly packages: readonly WorkspacePackage[];
  /** Folders with a manifest that dependencies name by their paths, and that are no packages of the workspace. */
  readonly beside: readonly WorkspacePackage[];
  readonly lockfiles: readonly Lockfile[];
}

type ReadLock = (text: string, settings: Settings) => LockfilePruner | undefined;

const LOCKFILES: ReadonlyMap<string, readonly ReadLock[]> = new Map<string, readonly ReadLock[]>([
  ["pnpm-lock.yaml", [readPnpmLock]],
  ["package-lock.json", [readNpmLock]],
  ["npm-shrinkwrap.json", [readNpmLock]],
  ["yarn.lock", [readYarnLock, readBerryLock]],
  ["bun.lock", [readBunLock]],
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
  readonly pnpmFields: JsonObject;
}

/** Undefined for a folder that is no root. */
async function readRoot(folder: string): Promise<Root | undefined> {
  const pnpm = await readPnpmSettings(folder);
  const read = await readManifest(join(folder, MANIFEST));
  const patterns = pnpm.patterns ?? read?.manifest.workspaces;
  if (patterns === undefined) return undefined;
  const settings = await readSettings(folder, pnpm);
  const own = read?.manifest ?? NO_MANIFEST;
  return {
    patterns,
    rules: pnpm.patterns === undefined ? await findRules(folder, own) : "globs",
    settings,
    pnpmFields: pnpm.fields,
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
  { manifest, manifestText, patterns, pnpmFields, rules, settings }: Root,
): Promise<Workspace> {
  const folders = await findFolders(patterns, { root, rules, followsLinks: true });
  const found = await Promise.all(folders.map(async (folder) => await readPackage(root, folder)));
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
  const rootTasks = await readRootTasks(root);
  const all = [
    { folder: "", place: root, manifest, project: undefined, implicit: [] },
    ...packages.map((one) => ({
      ...one,
      implicit: [...one.implicit, ...(rootTasks.get(one.manifest.name ?? "") ?? [])],
    })),
  ];
  return {
    root,
    patterns,
    settings,
    pnpmFields,
    patches: [
      ...settings.patches,
      ...manifest.patches.map(([key, written]) => ({
        key,
        written,
        base: "",
        file: MANIFEST,
        isOptional: false,
      })),
    ],
    manifestText,
    packages: all,
    beside: await readBeside(all, { catalogs: settings.catalogs, read: (path) => readInside(root, path) }),
    lockfiles: lockfiles.flat(),
  };
}

async function readPackage(root: string, folder: string): Promise<WorkspacePackage> {
  const place = await realpath(join(root, folder)).catch(() => join(root, folder));
  const read = await readManifest(join(root, folder, MANIFEST));
  // Most packages have none of the other files.
  const names = new Set(await readdir(place).catch(() => []));
  const tasks = await readTaskFiles(root, { folder, names, manifest: read?.fields ?? {} });
  return { folder, place, manifest: read?.manifest ?? NO_MANIFEST, ...tasks };
}

/** Undefined for what is not there, or is reached by a link. */
async function readInside(root: string, folder: string): Promise<WorkspacePackage | undefined> {
  const place = await realpath(join(root, folder)).catch(() => undefined);
  return place === join(root, folder) ? await readPackage(root, folder) : undefined;
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
      name: (await readManifest(join(root, folder, MANIFEST)))?.manifest.name,
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
): Promise<{ readonly manifest: Manifest; readonly fields: JsonObject; readonly text: string } | undefined> {
  const text = await readText(file);
  if (text === undefined) return undefined;
  const parsed = parseManifest(text);
  if ("manifest" in parsed) return { ...parsed, text };
  throw new WorkspaceError({ code: "workspace-invalid", file, message: parsed.problem });
}
