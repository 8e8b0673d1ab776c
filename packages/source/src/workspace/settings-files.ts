// Settings of package managers whose values are files or folders that an install reads: one table for all. Caches, stores
// and other places that are only written to are not in it. Pure.
import { objectOf } from "./json-object.ts";

/** A value with the keys that lead to it. */
export interface Setting {
  readonly keys: readonly string[];
  readonly value: string;
}

export type SettingsFile = ".npmrc" | ".yarnrc" | ".yarnrc.yml" | "pnpm-workspace.yaml" | "bunfig.toml";

/** A path that a setting names. */
export interface SettingPath {
  readonly written: string;
  /** Whether the file need not be there. */
  readonly isOptional: boolean;
}

type Meaning = "path" | "optional path" | "path, optional with a question mark" | "program" | "options";

/** Keys joined by ".", and their values' meaning. */
const MEANINGS: Readonly<Record<SettingsFile, readonly (readonly [RegExp, Meaning])[]>> = {
  // npm, pnpm, yarn 1 and bun. "//registry.example.com/:certfile" is for one registry.
  ".npmrc": [
    [/^(?:\/\/.*:)?(?:cafile|certfile|keyfile)$/, "path"],
    [/^(?:userconfig|globalconfig|npmrc-auth-file|lockfile-dir|yarn-offline-mirror)$/, "optional path"],
    [/^(?:pnpmfile|global-pnpmfile|yarn-path)$/, "path"],
    [/^(?:script-shell|node-gyp)$/, "program"],
    [/^node-options$/, "options"],
  ],
  // yarn 1. "--install.cafile" is for one command.
  ".yarnrc": [
    [/^(?:--[\w*]+\.)?(?:cafile|yarn-path|use-yarnrc)$/, "path"],
    [/^(?:--[\w*]+\.)?yarn-offline-mirror$/, "optional path"],
    [/^script-shell$/, "program"],
  ],
  ".yarnrc.yml": [
    [/^yarnPath$/, "path"],
    [/^(?:patchFolder|constraintsPath)$/, "optional path"],
    [/^(?:networkSettings\..*\.)?(?:httpsCaFilePath|httpsCertFilePath|httpsKeyFilePath|caFilePath)$/, "path"],
    [/^plugins(?:\.path)?$/, "path"],
    [/^injectEnvironmentFiles$/, "path, optional with a question mark"],
  ],
  "pnpm-workspace.yaml": [
    [/^(?:cafile|certfile|keyfile|pnpmfile|globalPnpmfile)$/, "path"],
    [/^(?:userconfig|globalconfig|npmrcAuthFile|lockfileDir)$/, "optional path"],
    [/^scriptShell$/, "program"],
    [/^nodeOptions$/, "options"],
  ],
  "bunfig.toml": [
    [/^install\.cafile$/, "path"],
    [/^(?:preload|serve\.static\.plugins)$/, "program"],
  ],
};

/** The texts of a value, a list or an object, each with its keys. A list adds none. */
export function flatten(value: unknown, keys: readonly string[] = []): readonly Setting[] {
  if (typeof value === "string") return [{ keys, value }];
  if (Array.isArray(value)) return value.flatMap((one) => flatten(one, keys));
  return Object.entries(objectOf(value)).flatMap(([key, one]) => flatten(one, [...keys, key]));
}

/** The paths that settings name, by the table. */
export function namedBy(file: SettingsFile, settings: readonly Setting[]): readonly SettingPath[] {
  return settings.flatMap(({ keys, value }) => {
    const [, meaning] = MEANINGS[file].find(([pattern]) => pattern.test(keys.join("."))) ?? [];
    return meaning === undefined || value === "" ? [] : pathsOf(value, meaning);
  });
}

function pathsOf(value: string, meaning: Meaning): readonly SettingPath[] {
  switch (meaning) {
    case "path":
      return [{ written: value, isOptional: false }];
    case "optional path":
      return [{ written: value, isOptional: true }];
    case "path, optional with a question mark":
      return [{ written: value.replace(/\?$/, ""), isOptional: value.endsWith("?") }];
    case "program":
      // A name, or an absolute path, is a program or package of the image.
      return isRelative(value) ? [{ written: value, isOptional: false }] : [];
    case "options":
      return value
        .split(/[\s=]+/)
        .filter(isRelative)
        .map((written) => ({ written, isOptional: false }));
    default:
      return meaning satisfies never;
  }
}

function isRelative(value: string): boolean {
  return /^\.{1,2}\//.test(value) || /^[\w-][\w.-]*\/.*\.\w+$/.test(value);
}
