// Folders for data of one project: data to be read back in the user's cache folder, logs beside the config.
import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { PrivateFolder } from "@sti/source/private";
import { cacheFolder } from "./cache-folder.ts";
import type { LogPlace } from "./log-folder.ts";

export interface ProjectFolders {
  /** Data of the project that later sessions reuse. */
  readonly memory: PrivateFolder;
  /** Data of all projects. */
  readonly projects: PrivateFolder;
  /** Commits that were fetched, for any project. */
  readonly repositories: PrivateFolder;
  readonly logs: LogPlace;
}

/** Of a config's folder. Another path of the same folder means the same project. */
export function projectFolders(
  directory: string,
  env: Readonly<Record<string, string | undefined>>,
): ProjectFolders {
  const place = realPath(directory);
  const folders = foldersOf({ name: basename(place), key: place }, env);
  return { ...folders, logs: { beside: place, instead: folders.memory.folder("logs") } };
}

/** For data without a folder of its own: neither its source nor the current folder is sti's to write to. */
export function foldersWithoutConfig(
  tag: string,
  env: Readonly<Record<string, string | undefined>>,
): ProjectFolders {
  const folders = foldersOf({ name: tag.split("/").at(-1) ?? "", key: `tag\n${tag}` }, env);
  return { ...folders, logs: { beside: undefined, instead: folders.memory.folder("logs") } };
}

function foldersOf(
  { key, name }: { readonly key: string; readonly name: string },
  env: Readonly<Record<string, string | undefined>>,
): Omit<ProjectFolders, "logs"> {
  const cache = cacheFolder(env);
  const readable = name.replace(/[^A-Za-z0-9]+/g, "-").slice(0, 40);
  const hash = createHash("sha256").update(key).digest("hex").slice(0, 16);
  const projects = cache.folder("projects");
  return {
    projects,
    memory: projects.folder(readable === "" ? hash : `${readable}-${hash}`),
    repositories: cache.folder("git"),
  };
}

function realPath(directory: string): string {
  try {
    return realpathSync.native(directory);
  } catch {
    return resolve(directory); // It does not exist: its readers report that.
  }
}
