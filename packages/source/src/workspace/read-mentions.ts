// Places outside of a package, and other packages of the workspace, that the config files of a package name. Config files
// are taken for plain texts: their languages are many, and what is found are hints.
import { readdir, realpath, stat } from "node:fs/promises";
import { join, posix, relative, sep } from "node:path";
import { FileProblem, readSmallFile } from "@sti/files";
import type { Workspace, WorkspacePackage } from "./read-workspace.ts";

export interface Mentions {
  /** Other packages that files for building name: compilers and bundlers read their files. */
  readonly packages: readonly WorkspacePackage[];
  readonly places: readonly MentionedPlace[];
}

/** Paths are relative to the workspace's root. */
export interface MentionedPlace {
  readonly file: string;
  readonly path: string;
  readonly isFolder: boolean;
}

const SCRIPT = String.raw`\.(?:[cm]?[jt]s|json|ya?ml)`;
const CONFIG = new RegExp(
  String.raw`^(?:package\.json|[jt]sconfig[\w.-]*\.json|\.?[\w-]+\.config${SCRIPT}|\.[\w-]+rc(?:${SCRIPT})?|turbo\.jsonc?|project\.json)$`,
);
/** Files for checks and tests name packages that no build reads; a manifest names all its dependencies. */
const NOT_FOR_BUILDING =
  /^package\.json$|eslint|prettier|lint-?staged|stylelint|commitlint|jest|vitest|playwright|cypress|mocha|knip/;

/** Bytes. */
const LARGEST = 256 * 1024;

export function isConfigFile(name: string): boolean {
  return CONFIG.test(name);
}

export async function readMentions(workspace: Workspace, one: WorkspacePackage): Promise<Mentions> {
  const entries = await readdir(one.place, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isFile() && isConfigFile(entry.name)).map(({ name }) => name);
  const packages = new Set<WorkspacePackage>();
  const places = new Map<string, MentionedPlace>();
  for (const name of names.sort()) {
    const text = withoutNoise(await readConfig(join(one.place, name)));
    if (!NOT_FOR_BUILDING.test(name)) for (const found of findPackages(text, workspace)) packages.add(found);
    for (const written of findPaths(text)) {
      const place = await findPlace(workspace, posix.join(one.folder, written));
      const file = posix.join(one.folder, name);
      if (place !== undefined && !isIn(place.path, one.folder))
        places.set(file + place.path, { file, ...place });
    }
  }
  return {
    packages: [...packages].filter(({ folder }) => folder !== one.folder),
    places: [...places.values()],
  };
}

/** A file that cannot be read is reported where the source is read. */
async function readConfig(file: string): Promise<string> {
  try {
    return (await readSmallFile(file, { limit: LARGEST, links: "refuse" })).toString();
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    return "";
  }
}

/** Without lines that are comments altogether, and places that are written to. */
function withoutNoise(text: string): string {
  return text
    .replaceAll(/^\s*(?:\/\/|\/\*|\*|#).*$/gm, "")
    .replaceAll(
      /\b(?:outDir|outFile|tsBuildInfoFile|declarationDir|cache\w*|coverage\w*)"?\s*:\s*(["'`]).*?\1/g,
      "",
    );
}

function findPackages(text: string, { packages }: Workspace): readonly WorkspacePackage[] {
  // Also a task of a package: "name#build", "name:build".
  const quoted = [...text.matchAll(/["'`]\^?((?:@[\w.-]+\/)?[\w.-]+)(?:[/#:][^"'`\s]*)?["'`]/g)];
  const names = new Set(quoted.map(([, name]) => name));
  return packages.filter(({ manifest }) => manifest.name !== undefined && names.has(manifest.name));
}

function findPaths(text: string): readonly string[] {
  const found = text.matchAll(/(?<![\w./\\-])(?:\.\/)?((?:\.\.\/)+[\w@./+-]*[\w@+-])/g);
  return [...new Set([...found].flatMap(([, path]) => path ?? []))];
}

/** Also without its extension. Undefined for what is not there, is no part of the repository, or only by a link. */
async function findPlace(
  { root }: Workspace,
  path: string,
): Promise<Pick<MentionedPlace, "path" | "isFolder"> | undefined> {
  if (path.startsWith("..") || path === "." || path.split("/").includes("node_modules")) return undefined;
  for (const end of ["", ".json", ".js", ".mjs", ".cjs", ".ts"]) {
    const place = await realpath(join(root, path + end)).catch(() => undefined);
    if (place === undefined) continue;
    if (relative(root, place).split(sep).join("/") !== path + end) return undefined;
    return { path: path + end, isFolder: (await stat(place)).isDirectory() };
  }
  return undefined;
}

function isIn(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}
