// A workspace of pnpm, npm or yarn: its root, its packages, and its lockfiles. Which of them an app gets is decided in
// select-packages.ts.
import { realpath } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import { FileProblem, readSmallFile } from "@sti/files";
import { load, YAMLException } from "js-yaml";
import { glob } from "tinyglobby";
import { problemOfFile, type SourceProblem } from "../disk/source-problem.ts";
import { objectOf, stringsOf } from "./json-object.ts";
import type { LockfilePruner } from "./lockfile-pruner.ts";
import { readBerryLock } from "./prune-berry-lock.ts";
import { readNpmLock } from "./prune-npm-lock.ts";
import { readPnpmLock } from "./prune-pnpm-lock.ts";
import { readYarnLock } from "./prune-yarn-lock.ts";
import { type Manifest, NO_MANIFEST, parseManifest } from "./workspace-manifest.ts";

/** Of a manifest or lockfile, bytes. Large workspaces have lockfiles of ten megabytes and more. */
const LARGEST = 64 * 1024 ** 2;

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
  /** The root's package.json, "" without one. */
  readonly manifestText: string;
  /** The root first, the others sorted by folder. */
  readonly packages: readonly WorkspacePackage[];
  readonly lockfiles: readonly Lockfile[];
}

/** Carries a problem to where problems are gathered. */
export class WorkspaceError extends Error {
  readonly problem: SourceProblem;
  constructor(problem: SourceProblem) {
    super(problem.code);
    this.name = "WorkspaceError";
    this.problem = problem;
  }
}

export const PNPM_FILE = "pnpm-workspace.yaml";
export const LOCKFILES: ReadonlyMap<string, readonly ((text: string) => LockfilePruner | undefined)[]> =
  new Map([
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
}

/** Undefined for a folder that is no root. */
async function readRoot(folder: string): Promise<Root | undefined> {
  const pnpm = await readPnpmSettings(join(folder, PNPM_FILE));
  const read = await readManifest(join(folder, "package.json"));
  const patterns = pnpm?.patterns ?? read?.manifest.workspaces;
  if (patterns === undefined) return undefined;
  const { overrides = [], patches = [] } = pnpm ?? {};
  const own = read?.manifest ?? NO_MANIFEST;
  return {
    patterns,
    manifestText: read?.text ?? "",
    manifest: { ...own, overrides: [...own.overrides, ...overrides], patches: [...own.patches, ...patches] },
  };
}

/** Settings that pnpm reads from a file of its own. Undefined without the file. */
async function readPnpmSettings(file: string) {
  const text = await readText(file);
  if (text === undefined) return undefined;
  let settings: ReturnType<typeof objectOf>;
  try {
    settings = objectOf(load(text));
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw new WorkspaceError({
      code: "workspace-invalid",
      file,
      message: error.message.split("\n")[0] ?? "",
    });
  }
  const { packages } = settings;
  return {
    patterns: Array.isArray(packages) ? packages.filter((one) => typeof one === "string") : undefined,
    overrides: stringsOf(settings.overrides),
    patches: stringsOf(settings.patchedDependencies).map(([, patch]) => patch),
  };
}

async function readPackages(root: string, { manifest, manifestText, patterns }: Root): Promise<Workspace> {
  const files = await glob(patterns.map(manifestPattern), {
    cwd: root,
    ignore: ["**/node_modules/**", "**/bower_components/**"],
    expandDirectories: false,
    followSymbolicLinks: true,
  });
  const folders = new Set(files.map((file) => posix.dirname(posix.normalize(file))));
  folders.delete(".");
  const found = await Promise.all(
    [...folders].sort().map(async (folder) => ({
      folder,
      place: await realpath(join(root, folder)).catch(() => join(root, folder)),
      manifest: (await readManifest(join(root, folder, "package.json")))?.manifest ?? NO_MANIFEST,
    })),
  );
  const lockfiles = await Promise.all(
    [...LOCKFILES].map(async ([name, readers]) => {
      const text = await readText(join(root, name));
      return text === undefined ? [] : [{ name, text, pruner: firstOf(readers, text) }];
    }),
  );
  // A link to a package is not another one.
  const isItself = ({ folder, place }: WorkspacePackage) => join(root, folder) === place;
  const places = new Set([root, ...found.filter(isItself).map(({ place }) => place)]);
  const packages = found.filter((one) => isItself(one) || !places.has(one.place));
  return {
    root,
    patterns,
    manifestText,
    packages: [{ folder: "", place: root, manifest }, ...packages],
    lockfiles: lockfiles.flat(),
  };
}

/** "packages/*" means the folders, by their manifests; "!…" leaves some out. */
function manifestPattern(written: string): string {
  const [, not = "", pattern = ""] = /^(!?)(.*)$/s.exec(written) ?? [];
  return not + posix.join(pattern.replaceAll("\\", "/"), "package.json").replace(/^\//, "");
}

function firstOf(
  readers: readonly ((text: string) => LockfilePruner | undefined)[],
  text: string,
): LockfilePruner | undefined {
  for (const read of readers) {
    const pruner = read(text);
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

/** Undefined without the file. */
async function readText(file: string): Promise<string | undefined> {
  try {
    return (await readSmallFile(file, { limit: LARGEST })).toString();
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    if (error.kind === "missing") return undefined;
    throw new WorkspaceError(problemOfFile(error));
  }
}
