// Which targets changed files concern: those that have one of them in their source, as their Dockerfile or as a file of
// variables. Ignored files concern nobody. What the config says of them is compared elsewhere.
import { realpath } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { Target } from "@sti/core";
import { createDiskView } from "./disk-view.ts";
import { createIgnoreMatcher } from "./ignore.ts";
import { APP_RULE_FILES, readIgnorePatterns } from "./read-ignore-patterns.ts";
import type { WorkspaceFrom } from "./snapshot-workspace.ts";

export interface FindChangedOptions {
  /** Folder of the config file, absolute. */
  readonly directory: string;
  /** Files that targets take variables from, by target name; absolute. */
  readonly variableFiles: ReadonlyMap<string, readonly string[]>;
}

/** Names of the targets. `files`: absolute. Secrets are no part of what is built, and so not looked at. */
export async function findChangedTargets(
  targets: readonly Target[],
  files: readonly string[],
  options: FindChangedOptions,
): Promise<ReadonlySet<string>> {
  const changed = new Set(files);
  const found = new Set<string>();
  for (const target of targets) {
    const named = options.variableFiles.get(target.name)?.some((file) => changed.has(file)) === true;
    if (named || (await hasAny(target, files, options.directory))) found.add(target.name);
  }
  return found;
}

async function hasAny(target: Target, files: readonly string[], directory: string): Promise<boolean> {
  const view = createDiskView();
  for (const path of await rootsOf(target, files, directory)) {
    if (path === "all") return true;
    // What git names has no links on its way. A folder that is gone is where it was written.
    const root = await realpath(path).catch(() => path);
    if (target.kind === "image" && files.includes(join(root, target.dockerfile))) return true;
    const inside = files.filter((file) => file === root || file.startsWith(`${root}${sep}`));
    if (inside.length === 0) continue;
    if (inside.includes(root)) return true;
    const rules = readIgnorePatterns(root, { target, view });
    // Rules that cannot be read are told when the source is read; until then nothing is taken for ignored.
    if ("problem" in rules) return true;
    const matcher = createIgnoreMatcher(rules.patterns);
    const names = inside.map((file) => relative(root, file).split(sep).join("/"));
    const ruleFiles =
      target.kind === "app" ? APP_RULE_FILES : [`${target.dockerfile}.dockerignore`, ".dockerignore"];
    if (names.some((name) => ruleFiles.includes(name) || !matcher.ignores(name))) return true;
  }
  return false;
}

/** Folders and files of the target's source, absolute; "all" where any file may be part of it. */
async function rootsOf(
  target: Target,
  files: readonly string[],
  directory: string,
): Promise<readonly string[]> {
  if (target.kind === "image") return [resolve(directory, target.context)];
  const roots = target.source.map(async ({ from }): Promise<readonly string[]> => {
    if (from.kind === "path") return [resolve(directory, from.path)];
    return from.kind === "workspace" ? await workspaceRoots(from, files, directory) : [];
  });
  return (await Promise.all(roots)).flat();
}

/** The folders of a package and of those it needs. What lies in the root itself concerns all packages. */
async function workspaceRoots(
  from: WorkspaceFrom,
  files: readonly string[],
  directory: string,
): Promise<readonly string[]> {
  const { readWorkspace, WorkspaceError } = await import("./read-workspace.ts");
  try {
    const searched = from.root === undefined;
    const workspace = await readWorkspace(resolve(directory, from.root ?? "."), { searched });
    const { selectPackages } = await import("./select-packages.ts");
    const selection = selectPackages(workspace, from.package);
    const { root } = workspace;
    if ("problems" in selection || files.some((file) => dirname(file) === root)) return ["all"];
    const folders = selection.packages.flatMap(({ folder }) => (folder === "" ? [] : [folder]));
    return [...folders, ...selection.paths].map((folder) => join(root, folder));
  } catch (error) {
    // Told when the source is read.
    if (error instanceof WorkspaceError) return ["all"];
    throw error;
  }
}
