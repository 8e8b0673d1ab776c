// Settings of package managers at the root of a workspace: the fields in use, and the files that they name.
import { join, posix } from "node:path";
import { loadAll, YAMLException } from "js-yaml";
import { type JsonObject, objectOf, stringsOf } from "./json-object.ts";
import { readText } from "./read-text.ts";
import { WorkspaceError } from "./workspace-error.ts";
import type { Dependency } from "./workspace-manifest.ts";

const PNPM_FILE = "pnpm-workspace.yaml";
const YARN_FILE = ".yarnrc.yml";

/** A root's pnpm-workspace.yaml. */
export interface PnpmSettings {
  /** Patterns for the folders of packages; undefined where there are none. */
  readonly patterns: readonly string[] | undefined;
  readonly fields: JsonObject;
}

export async function readPnpmSettings(root: string): Promise<PnpmSettings> {
  const fields = await readYaml(join(root, PNPM_FILE));
  const { packages } = fields;
  return { patterns: Array.isArray(packages) ? textsOf(packages) : undefined, fields };
}

export interface Settings {
  /** pnpm's, besides those of the manifest. */
  readonly overrides: readonly Dependency[];
  /** Files and folders inside the root, relative to it: programs, plugins, hooks, patches, certificates. */
  readonly files: readonly string[];
  /** yarn's ranges by catalog and name; "default" is the catalog without a name. */
  readonly catalogs: JsonObject;
  /** yarn's `packageExtensions`: fields that it adds to packages, by "name@range". */
  readonly extensions: JsonObject;
  /** Folder inside the root in which yarn keeps the archives of packages. */
  readonly yarnCache: string | undefined;
}

export async function readSettings(root: string, { fields: pnpm }: PnpmSettings): Promise<Settings> {
  const yarn = await readYaml(join(root, YARN_FILE));
  const lines = [
    ...readLines(await readText(join(root, ".npmrc")), /^\s*([^\s=;#]+)\s*=\s*(.*?)\s*$/),
    ...readLines(await readText(join(root, ".yarnrc")), /^\s*("[^"]+"|[^\s"#]+)\s+(.*?)\s*$/),
  ];
  const named = [
    ...lines.flatMap(([key, value]) => (NAMING.has(key) ? [value] : [])),
    ...textsOf(pnpm.pnpmfile),
    ...textsOf(pnpm.cafile),
    ...stringsOf(pnpm.patchedDependencies).map(([, patch]) => patch),
    ...["yarnPath", "patchFolder", "caFilePath", "httpsCaFilePath"].flatMap((field) => textsOf(yarn[field])),
    ...pluginsOf(yarn.plugins),
  ];
  return {
    overrides: stringsOf(pnpm.overrides),
    files: named.flatMap(insideRoot),
    catalogs: { ...objectOf(yarn.catalogs), ...("catalog" in yarn ? { default: yarn.catalog } : {}) },
    extensions: objectOf(yarn.packageExtensions),
    yarnCache: [...textsOf(yarn.cacheFolder), ".yarn/cache"].flatMap(insideRoot)[0],
  };
}

/** Settings of .npmrc and .yarnrc with a file or folder as their value. */
const NAMING: ReadonlySet<string> = new Set(["pnpmfile", "cafile", "yarn-path", "yarn-offline-mirror"]);

/** A path as a setting has it, relative to the root; none for one outside, or one that a variable decides. */
export function insideRoot(written: string): readonly string[] {
  if (/^~\/|[$\\]|^[a-z]+:/i.test(written) || posix.isAbsolute(written)) return [];
  const path = posix.normalize(written).replace(/\/$/, "");
  return path === "." || path === ".." || path.startsWith("../") ? [] : [path];
}

function readLines(text: string | undefined, form: RegExp): readonly (readonly [string, string])[] {
  return (text ?? "").split(/\r?\n/).flatMap((line) => {
    const [, key, value] = form.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [[unquoted(key), unquoted(value)] as const];
  });
}

function unquoted(text: string): string {
  return /^(["'])(.*)\1$/.exec(text)?.[2] ?? text;
}

/** A setting is a text, or a list of some. */
function textsOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string");
}

/** yarn's plugins are files, or have one as their `path`. */
function pluginsOf(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : [];
  return list.flatMap((one) => textsOf(typeof one === "string" ? one : objectOf(one).path));
}

/** {} without the file, or with an empty one. */
async function readYaml(file: string): Promise<JsonObject> {
  const text = await readText(file);
  try {
    // An empty file has no document.
    return objectOf(loadAll(text ?? "")[0]);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw new WorkspaceError({
      code: "workspace-invalid",
      file,
      message: error.message.split("\n")[0] ?? "",
    });
  }
}
