// The package.json of a package of a workspace: the fields in use, checked. Pure.
import { type JsonObject, objectOf, stringsOf } from "./json-object.ts";

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
  /** `overrides` of npm and pnpm, those at the top. */
  readonly overrides: readonly Dependency[];
  /** `packageManager`: "yarn@4.9.1". */
  readonly manager: string | undefined;
  /** Files that pnpm patches packages with, as written. */
  readonly patches: readonly string[];
  /** Whether an install runs a script of it. */
  readonly hasInstallScript: boolean;
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
  patchFolder: undefined,
};

export function parseManifest(text: string): { readonly manifest: Manifest } | { readonly problem: string } {
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
    manifest: {
      name: name === "" ? undefined : name,
      dependencies: PRODUCTION_FIELDS.flatMap((field) => stringsOf(fields[field])),
      devDependencies: stringsOf(fields.devDependencies),
      peerDependencies: stringsOf(fields.peerDependencies),
      workspaces: patternsOf(fields.workspaces),
      resolutions: stringsOf(fields.resolutions),
      overrides: [...stringsOf(fields.overrides), ...stringsOf(pnpm.overrides)],
      manager: typeof fields.packageManager === "string" ? fields.packageManager : undefined,
      patches: stringsOf(pnpm.patchedDependencies).map(([, file]) => file),
      hasInstallScript: scripts.length > 0,
      patchFolder: patchFolderOf(scripts.map(([, command]) => command)),
    },
  };
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

/** The same text without the dependencies of these names, indented as before. */
export function cutManifest(text: string, names: ReadonlySet<string>): string {
  if (names.size === 0) return text;
  const indent = /^\s*\{\s*?\n([ \t]+)"/.exec(text.replace(/^\uFEFF/, ""))?.[1];
  const cut = cutDependencies(objectOf(JSON.parse(text.replace(/^\uFEFF/, ""))), names);
  return JSON.stringify(cut, undefined, indent) + (text.endsWith("\n") ? "\n" : "");
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
