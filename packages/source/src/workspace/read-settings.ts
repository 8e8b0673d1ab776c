// Settings of package managers at the root of a workspace: the fields in use, and the files that they name.
import { join } from "node:path";
import { loadAll, YAMLException } from "js-yaml";
import { parse, TomlError } from "smol-toml";
import { type JsonObject, objectOf, stringsOf } from "./json-object.ts";
import { type NamedPath, pathsInside } from "./named-path.ts";
import { readText } from "./read-text.ts";
import { flatten, namedBy, type Setting, type SettingsFile } from "./settings-files.ts";
import { WorkspaceError } from "./workspace-error.ts";
import { type Dependency, extensionsOf } from "./workspace-manifest.ts";

export const PNPM_FILE = "pnpm-workspace.yaml";

/** A root's pnpm-workspace.yaml. */
export interface PnpmSettings {
  /** Patterns for the folders of packages; undefined where there are none. */
  readonly patterns: readonly string[] | undefined;
  readonly fields: JsonObject;
}

export async function readPnpmSettings(root: string): Promise<PnpmSettings> {
  const fields = await readYaml(root, PNPM_FILE);
  const { packages } = fields;
  return { patterns: Array.isArray(packages) ? textsOf(packages) : undefined, fields };
}

/** A patch of pnpm or bun. */
export interface NamedPatch extends NamedPath {
  /** Its key in `patchedDependencies`: "name@1.0.0". */
  readonly key: string;
}

export interface Settings {
  /** pnpm's, besides those of the manifest, and dependencies that settings add to packages. */
  readonly overrides: readonly Dependency[];
  /** Programs, plugins, hooks, certificates, mirrors, in the order of the files. */
  readonly named: readonly NamedPath[];
  readonly patches: readonly NamedPatch[];
  /** yarn's ranges by catalog and name; "default" is the catalog without a name. */
  readonly catalogs: JsonObject;
  /** yarn's `packageExtensions`: fields that it adds to packages, by "name@range". */
  readonly extensions: JsonObject;
  /** Folder inside the root in which yarn 2 and later keep the archives of packages. */
  readonly yarnCache: string | undefined;
  /** Folder inside the root in which yarn 2 and later keep patches. */
  readonly yarnPatches: string | undefined;
  /** Folder inside the root from which yarn 1 takes archives of packages. */
  readonly yarnMirror: string | undefined;
}

export async function readSettings(root: string, { fields: pnpm }: PnpmSettings): Promise<Settings> {
  const yarn = await readYaml(root, ".yarnrc.yml");
  const npmrc = readLines(
    await readText(join(root, ".npmrc")),
    /^\s*([^\s=;#][^\s=]*?)(?:\[\])?\s*=\s*(.*?)\s*$/,
  );
  const yarnrc = readLines(await readText(join(root, ".yarnrc")), /^\s*("[^"]+"|[^\s"#]+)\s+(.*?)\s*$/);
  const files: readonly (readonly [SettingsFile, readonly Setting[]])[] = [
    [".npmrc", npmrc],
    [".yarnrc", yarnrc],
    [PNPM_FILE, flatten(pnpm)],
    [".yarnrc.yml", flatten(yarn)],
    ["bunfig.toml", flatten(await readToml(root, "bunfig.toml"))],
  ];
  const inRoot = (written: readonly string[]) =>
    pathsInside(written.map((one) => ({ base: "", written: one })));
  const mirrors = [...npmrc, ...yarnrc].filter(({ keys: [key = ""] }) =>
    /(?:^|\.)yarn-offline-mirror$/.test(key),
  );
  // Constraints are a program of the root, which an install runs on request.
  const constraints =
    yarn.enableConstraintsChecks === true ? [{ written: "yarn.config.cjs", isOptional: true }] : [];
  return {
    overrides: [
      ...stringsOf(pnpm.overrides),
      ...extensionsOf(pnpm.packageExtensions),
      ...extensionsOf(yarn.packageExtensions),
    ],
    named: files.flatMap(([file, settings]) =>
      [...namedBy(file, settings), ...(file === ".yarnrc.yml" ? constraints : [])].map((one) => ({
        ...one,
        base: "",
        file,
      })),
    ),
    patches: stringsOf(pnpm.patchedDependencies).map(([key, written]) => ({
      key,
      written,
      base: "",
      file: PNPM_FILE,
      isOptional: false,
    })),
    catalogs: { ...objectOf(yarn.catalogs), ...("catalog" in yarn ? { default: yarn.catalog } : {}) },
    extensions: objectOf(yarn.packageExtensions),
    yarnCache: inRoot([...textsOf(yarn.cacheFolder), ".yarn/cache"])[0],
    yarnPatches: inRoot([...textsOf(yarn.patchFolder), ".yarn/patches"])[0],
    yarnMirror: inRoot(mirrors.map(({ value }) => value))[0],
  };
}

function readLines(text: string | undefined, form: RegExp): readonly Setting[] {
  return (text ?? "").split(/\r?\n/).flatMap((line) => {
    const [, key, value] = form.exec(line) ?? [];
    return key === undefined || value === undefined
      ? []
      : [{ keys: [unquoted(key)], value: unquoted(value) }];
  });
}

function unquoted(text: string): string {
  return /^(["'])(.*)\1$/.exec(text)?.[2] ?? text;
}

/** A setting is a text, or a list of some. */
function textsOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string");
}

/** {} without the file, or with an empty one. */
async function readYaml(root: string, name: string): Promise<JsonObject> {
  const file = join(root, name);
  const text = await readText(file);
  try {
    // An empty file has no document.
    return objectOf(loadAll(text ?? "")[0]);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw invalid(file, error);
  }
}

/** {} without the file. */
async function readToml(root: string, name: string): Promise<JsonObject> {
  const file = join(root, name);
  const text = await readText(file);
  try {
    return parse(text ?? "");
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw invalid(file, error);
  }
}

function invalid(file: string, { message }: Error): WorkspaceError {
  return new WorkspaceError({ code: "workspace-invalid", file, message: message.split("\n")[0] ?? "" });
}
