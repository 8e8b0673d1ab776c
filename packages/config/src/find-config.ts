// Finds the config file: searched from a folder upwards, or named by the user. Reads no config.
//
// The search ends at the first folder with a config, at the root of the repository (a folder that holds .git or
// pnpm-workspace.yaml) or at the root of the file system. cosmiconfig's own strategies do not fit: "project" ends at
// the nearest package.json, which in a monorepo is that of a single package, and "global" goes on into the user's
// home and its config folder, so each folder is searched by itself.
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import type { Failure } from "@sti/core";
import { checkSmallFile } from "@sti/files";
import type { OptionsSync, PublicExplorerSync } from "cosmiconfig";
import * as cosmiconfig from "cosmiconfig/dist/ExplorerSync.js";
import { CODE_EXTENSIONS } from "./config-thread.ts";
import { parseJson } from "./parse-json.ts";

export const DATA_EXTENSIONS = [".json", ".yaml", ".yml"] as const;
const EXTENSIONS: readonly string[] = [...CODE_EXTENSIONS, ...DATA_EXTENSIONS];
/** The key of package.json that holds a config. */
export const PACKAGE_KEY = "sti";
/** Bytes. */
export const LARGEST_CONFIG = 16 * 1024 ** 2;
const FILE_NAMES = EXTENSIONS.map((extension) => `sti.config${extension}`);
const ROOT_MARKERS = [".git", "pnpm-workspace.yaml"];

export type FoundConfig =
  | {
      readonly ok: true;
      readonly file: string;
      /** Names of configs of lower rank in the same folder; none if the user named the file. */
      readonly others: readonly string[];
    }
  | { readonly ok: false; readonly failure: Failure };

/** The config for a folder. The file's folder is a real path; the file itself may be a symbolic link. */
export function findConfig(cwd: string): FoundConfig {
  const searched: string[] = [];
  for (let directory = resolve(cwd); ; directory = dirname(directory)) {
    searched.push(directory);
    const found = makeExplorer(placesIn(directory)).search(directory);
    const unreadable = firstUnreadable(directory, found?.filepath);
    if (unreadable !== undefined) return unreadable;
    if (found !== null) {
      const file = inRealFolder(found.filepath);
      const others = placesIn(directory).filter(
        (name) => FILE_NAMES.includes(name) && name !== basename(file),
      );
      return { ok: true, file, others };
    }
    if (directory === dirname(directory) || isRoot(directory)) {
      return { ok: false, failure: { code: "config-not-found", directory: resolve(cwd), searched } };
    }
  }
}

/** The config that the user named. */
export function nameConfig(cwd: string, name: string): FoundConfig {
  const file = resolve(cwd, name);
  if (!EXTENSIONS.includes(extname(file))) {
    return unreadableConfig(file, `a config ends in one of ${EXTENSIONS.join(" ")}`);
  }
  try {
    const problem = checkSmallFile(file, { limit: LARGEST_CONFIG });
    if (problem !== undefined && problem.kind !== "missing")
      return unreadableConfig(file, `it ${problem.words}`);
    accessSync(file, constants.R_OK);
    return { ok: true, file: inRealFolder(file), others: [] };
  } catch (error) {
    if (isMissing(error)) {
      return { ok: false, failure: { code: "config-not-found", directory: resolve(cwd), searched: [file] } };
    }
    return unreadableConfig(file, error instanceof Error ? error.message : String(error));
  }
}

/**
 * cosmiconfig's own entry reads, and executes, `.config/config.*` of the working directory and takes search places
 * from it and from package.json. That cannot be switched off, and a foreign file must neither run in this process
 * nor move our places, so the explorer behind that entry is made directly.
 */
function makeExplorer(searchPlaces: readonly string[]): PublicExplorerSync {
  const { ExplorerSync } = cosmiconfig as unknown as {
    ExplorerSync: new (
      options: OptionsSync & { moduleName: string; metaConfigFilePath: null },
    ) => PublicExplorerSync;
  };
  const nothingIsRead = () => ({});
  const loaders = Object.fromEntries(EXTENSIONS.map((extension) => [extension, nothingIsRead]));
  return new ExplorerSync({
    moduleName: PACKAGE_KEY,
    metaConfigFilePath: null,
    searchPlaces: [...searchPlaces],
    searchStrategy: "none",
    // An empty sti.config.ts is a mistake to be named, not a reason to look further up.
    ignoreEmptySearchPlaces: false,
    cache: false,
    mergeImportArrays: false,
    mergeSearchPlaces: false,
    loaders: { ...loaders, ".json": seesPackageKey },
    transform: (result) => result,
  });
}

/** The regular files among the configs of a folder: cosmiconfig reads every kind, and a pipe has no end. */
function placesIn(directory: string): readonly string[] {
  return [...FILE_NAMES, "package.json"].filter(
    (name) => checkSmallFile(join(directory, name), { limit: LARGEST_CONFIG }) === undefined,
  );
}

/** For cosmiconfig: whether a package.json has our key. One that is not JSON is somebody else's business. */
function seesPackageKey(file: string, text: string): object {
  if (basename(file) !== "package.json") return {};
  const parsed = parseJson(text);
  const content = parsed.ok ? parsed.value : undefined;
  const isOurs = typeof content === "object" && content !== null && Object.hasOwn(content, PACKAGE_KEY);
  return isOurs ? { [PACKAGE_KEY]: {} } : {};
}

/** cosmiconfig passes over a file that may not be read; a config of lower rank would then silently win. */
function firstUnreadable(directory: string, found?: string): FoundConfig | undefined {
  const names = found === undefined ? FILE_NAMES : FILE_NAMES.slice(0, indexOrEnd(basename(found)));
  for (const name of names) {
    const file = join(directory, name);
    const problem = checkSmallFile(file, { limit: LARGEST_CONFIG });
    if (problem?.kind === "missing") continue;
    // To search has never minded a folder of that name.
    if (problem !== undefined && problem.kind !== "folder")
      return unreadableConfig(file, `it ${problem.words}`);
    try {
      accessSync(file, constants.R_OK);
    } catch (error) {
      if (!isMissing(error)) {
        return unreadableConfig(file, error instanceof Error ? error.message : String(error));
      }
    }
  }
  return undefined;
}

function indexOrEnd(name: string): number {
  const index = FILE_NAMES.indexOf(name);
  return index === -1 ? FILE_NAMES.length : index;
}

function isRoot(directory: string): boolean {
  return ROOT_MARKERS.some((marker) => {
    try {
      statSync(join(directory, marker));
      return true;
    } catch {
      return false;
    }
  });
}

function inRealFolder(file: string): string {
  return join(realpathSync.native(dirname(file)), basename(file));
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

function unreadableConfig(file: string, message: string): FoundConfig {
  return { ok: false, failure: { code: "config-unreadable", file, message } };
}
