// The package.json of a package of a workspace: the fields in use, checked. Pure.
import { type JsonObject, objectOf, stringsOf } from "./json-object.ts";

export const MANIFEST = "package.json";

const PRODUCTION_FIELDS = ["dependencies", "optionalDependencies"];
const DEPENDENCY_FIELDS = [...PRODUCTION_FIELDS, "devDependencies", "peerDependencies"];
/** Scripts that package managers run when they install a workspace. */
const INSTALL_SCRIPTS = [
  "preinstall",
  "install",
  "postinstall",
  "prepublish",
  "preprepare",
  "prepare",
  "postprepare",
];

export type Dependency = readonly [name: string, range: string];

export interface Manifest {
  readonly name: string | undefined;
  /** For production and optional ones, as written. A name can be there several times. */
  readonly dependencies: readonly Dependency[];
  readonly devDependencies: readonly Dependency[];
  readonly peerDependencies: readonly Dependency[];
  /** Patterns for the folders of packages; undefined when it is not the root of a workspace. */
  readonly workspaces: readonly string[] | undefined;
  /** yarn's `resolutions`: patterns and ranges. */
  readonly resolutions: readonly Dependency[];
  /** `overrides` of npm and pnpm, also nested ones, and dependencies that pnpm adds to packages. */
  readonly overrides: readonly Dependency[];
  /** `packageManager`: "yarn@4.9.1". */
  readonly manager: string | undefined;
  /** Keys and files of the patches of pnpm and bun, as written. */
  readonly patches: readonly Dependency[];
  /** Whether an install runs a script of it. */
  readonly hasInstallScript: boolean;
  /** Words of such scripts that look like files. */
  readonly scriptFiles: readonly string[];
  /** Folder of the patches that such a script applies by patch-package, as written. */
  readonly patchFolder: string | undefined;
}

/** Manifest of a folder without a package.json. */
export const NO_MANIFEST: Manifest = {
  name: undefined,
  dependencies: [],
  devDependencies: [],
  peerDependencies: [],
  workspaces: undefined,
  resolutions: [],
  overrides: [],
  manager: undefined,
  patches: [],
  hasInstallScript: false,
  scriptFiles: [],
  patchFolder: undefined,
};

/** `fields`: all of them, as written. */
export function parseManifest(
  text: string,
): { readonly manifest: Manifest; readonly fields: JsonObject } | { readonly problem: string } {
  let written: unknown;
  try {
    written = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    // It quotes the text around the fault, with its line ends.
    return { problem: (error as SyntaxError).message.replaceAll(/\s+/g, " ") };
  }
  if (typeof written !== "object" || written === null || Array.isArray(written)) {
    return { problem: "it is not an object" };
  }
  const fields = objectOf(written);
  const wrong = DEPENDENCY_FIELDS.find((field) => !isStrings(fields[field]));
  if (wrong !== undefined) return { problem: `${wrong} is not a list of names with ranges` };
  const { name } = fields;
  if (name !== undefined && typeof name !== "string") return { problem: "name is not a string" };
  const pnpm = objectOf(fields.pnpm);
  const scripts = stringsOf(fields.scripts).filter(([script]) => INSTALL_SCRIPTS.includes(script));
  return {
    fields,
    manifest: {
      name: name === "" ? undefined : name,
      dependencies: PRODUCTION_FIELDS.flatMap((field) => stringsOf(fields[field])),
      devDependencies: stringsOf(fields.devDependencies),
      peerDependencies: stringsOf(fields.peerDependencies),
      workspaces: patternsOf(fields.workspaces),
      resolutions: stringsOf(fields.resolutions),
      manager: typeof fields.packageManager === "string" ? fields.packageManager : undefined,
      overrides: [
        ...overridesOf(fields.overrides),
        ...stringsOf(pnpm.overrides),
        ...extensionsOf(pnpm.packageExtensions),
      ],
      patches: [...stringsOf(pnpm.patchedDependencies), ...stringsOf(fields.patchedDependencies)],
      hasInstallScript: scripts.length > 0,
      scriptFiles: scripts.flatMap(([, command]) => command.match(SCRIPT_FILE) ?? []),
      patchFolder: patchFolderOf(scripts.map(([, command]) => command)),
    },
  };
}

const SCRIPT_FILE = /(?<![\w@./-])(?:\.\/)?(?:[\w.-]+\/)*[\w.-]+\.(?:[cm]?[jt]s|sh|py|json)(?![\w./-])/g;

/** Also those inside others: { "a": { ".": "file:a", "b": "file:b" } }. */
function overridesOf(value: unknown, parent = ""): readonly Dependency[] {
  return Object.entries(objectOf(value)).flatMap(([key, one]): readonly Dependency[] => {
    const name = key === "." ? parent : key;
    return typeof one === "string" ? [[name, one]] : overridesOf(one, name);
  });
}

/** Dependencies that `packageExtensions` adds to packages. */
export function extensionsOf(value: unknown): readonly Dependency[] {
  return Object.values(objectOf(value)).flatMap((one) =>
    ["dependencies", "optionalDependencies", "peerDependencies"].flatMap((field) =>
      stringsOf(objectOf(one)[field]),
    ),
  );
}

/** "patches", unless the command names another one. */
function patchFolderOf(commands: readonly string[]): string | undefined {
  const command = commands.find((one) => /(?:^|[\s;&|/])patch-package(?:$|[\s;&|])/.test(one));
  if (command === undefined) return undefined;
  return /\s--patch-dir[=\s]+["']?([^\s"';&|]+)/.exec(command)?.[1] ?? "patches";
}

function isStrings(value: unknown): boolean {
  return value === undefined || value === null || stringsOf(value).length === Object.keys(value).length;
}

/** `workspaces` is a list, or an object with one. */
function patternsOf(written: unknown): readonly string[] | undefined {
  const list = Array.isArray(written) ? written : objectOf(written).packages;
  return Array.isArray(list) ? list.filter((one) => typeof one === "string") : undefined;
}

const CUT_FIELDS = [...DEPENDENCY_FIELDS, "dependenciesMeta", "peerDependenciesMeta"];

/** The same text without the dependencies of these names, and these keys of patches, indented as before. */
export function cutManifest(
  text: string,
  names: ReadonlySet<string>,
  patches: ReadonlySet<string> = new Set(),
): string {
  const plain = text.replace(/^\uFEFF/, "");
  const fields = objectOf(JSON.parse(plain === "" ? "{}" : plain));
  const pnpm = objectOf(fields.pnpm);
  const own = cutPatches(fields, patches);
  const ownPnpm = cutPatches(pnpm, patches);
  if (names.size === 0 && own === fields && ownPnpm === pnpm) return text;
  const indent = /^\s*\{\s*?\n([ \t]+)"/.exec(plain)?.[1];
  const cut = cutDependencies(ownPnpm === pnpm ? own : { ...own, pnpm: ownPnpm }, names);
  return JSON.stringify(cut, undefined, indent) + (text.endsWith("\n") ? "\n" : "");
}

/** The settings without these keys of `patchedDependencies`: the same object where it has none of them. */
export function cutPatches(fields: JsonObject, keys: ReadonlySet<string>): JsonObject {
  const all = Object.entries(objectOf(fields.patchedDependencies));
  const kept = all.filter(([key]) => !keys.has(key));
  if (kept.length === all.length) return fields;
  const { patchedDependencies: _, ...rest } = fields;
  return kept.length === 0 ? rest : { ...fields, patchedDependencies: Object.fromEntries(kept) };
}

/** A manifest, or the part of a lockfile that repeats one, without the dependencies of these names. */
export function cutDependencies(fields: JsonObject, names: ReadonlySet<string>): JsonObject {
  const entries = Object.entries(fields).flatMap(
    ([field, value]): readonly (readonly [string, unknown])[] => {
      if (!CUT_FIELDS.includes(field)) return [[field, value]];
      const all = Object.entries(objectOf(value));
      const kept = all.filter(([name]) => !names.has(name));
      if (kept.length === all.length) return [[field, value]];
      return kept.length === 0 ? [] : [[field, Object.fromEntries(kept)]];
    },
  );
  return Object.fromEntries(entries);
}
