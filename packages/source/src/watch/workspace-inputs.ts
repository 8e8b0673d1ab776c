// Inputs of a workspace package: its folder and those of the packages it needs, the root's own files, and the manifests
// that define the packages.
import { dirname, join, posix, relative, resolve } from "node:path";
import type { AppTarget } from "@sti/core";
import { createIgnoreMatcher, DEFAULT_APP_PATTERNS } from "../ignore/ignore.ts";
import { APP_RULE_FILES, readIgnorePatterns } from "../ignore/read-ignore-patterns.ts";
import { matchPart, openWorkspace, partsOf, type WorkspaceFrom } from "../snapshot/snapshot-workspace.ts";
import { isConfigFile } from "../workspace/read-mentions.ts";
import type { Workspace, WorkspacePackage } from "../workspace/read-workspace.ts";
import { selectWithConfigs } from "../workspace/select-with-configs.ts";
import { TASK_FILES } from "../workspace/task-files.ts";
import { WorkspaceError } from "../workspace/workspace-error.ts";
import { type FindInputsOptions, folderInput, type InputPattern, realPlace } from "./input-pattern.ts";

export async function findWorkspaceInputs(
  from: WorkspaceFrom,
  target: AppTarget,
  options: FindInputsOptions,
): Promise<readonly InputPattern[]> {
  const { directory, view } = options;
  let workspace: Workspace;
  try {
    workspace = await openWorkspace(from, options);
  } catch (error) {
    if (!(error instanceof WorkspaceError)) throw error;
    // Reported when the source is read. Until then any change may be the fix.
    return [wholeFolder(await realPlace(resolve(directory, from.root ?? ".")))];
  }
  const { root } = workspace;
  const selection = await selectWithConfigs(workspace, from.package);
  if ("problems" in selection) return [wholeFolder(root), manifests(workspace)];
  const patternsOf = (place: string) => {
    const rules = readIgnorePatterns(place, { target, view });
    return "problem" in rules ? [] : rules.patterns;
  };
  const rootPatterns = patternsOf(root);
  const rootRules = createIgnoreMatcher(rootPatterns);
  const packages = partsOf(workspace, selection).map((part) => {
    const { folder, left, own, place } = part;
    const patterns = folder === "" ? rootPatterns : patternsOf(place);
    const matcher = matchPart(part, { own: createIgnoreMatcher(patterns), root: rootRules });
    return folderInput(place, {
      key: ["workspace", patterns, rootPatterns, left, own],
      matcher,
      ruleFiles: APP_RULE_FILES,
    });
  });
  const whole = selection.packages.filter(({ extent }) => extent === "whole");
  return [...packages, manifests(workspace, whole)];
}

/**
 * Files in the root itself, and the manifests of present and possible packages. `configured`: packages whose config
 * files may name others.
 */
function manifests(
  { root, packages, patterns }: Workspace,
  configured: readonly WorkspacePackage[] = [],
): InputPattern {
  const known = packages.flatMap(({ place }) =>
    ["package.json", ...TASK_FILES].map((name) => relative(root, join(place, name))),
  );
  // A pattern's folders are found beside those that it found already, and where it begins.
  const beside = new Set([
    ...packages.flatMap(({ folder }) => (folder === "" ? [] : [posix.dirname(folder)])),
    ...patterns.flatMap((pattern) => (pattern.startsWith("!") ? [] : [fixedPart(pattern)])),
  ]);
  beside.delete(".");
  const above = new Set([...beside, ...known.map((file) => posix.dirname(file))].flatMap(withParents));
  const folders = new Set(configured.map(({ folder }) => folder));
  const isManifest = (path: string) =>
    known.includes(path) ||
    (folders.has(posix.dirname(path)) && isConfigFile(posix.basename(path))) ||
    (posix.basename(path) === "package.json" && beside.has(posix.dirname(posix.dirname(path))));
  const matches = (path: string) => path === "" || dirname(path) === "." || isManifest(path);
  return {
    root,
    key: JSON.stringify(["manifests", ...[...above, ...beside, ...known].sort(), [...folders]]),
    matches,
    mayMatchBelow: (folder) =>
      folder === "" ||
      above.has(folder) ||
      (beside.has(posix.dirname(folder)) && posix.basename(folder) !== "node_modules"),
    decides: (path) => path !== "" && matches(path),
  };
}

/** "packages/*" begins in packages. */
function fixedPart(pattern: string): string {
  const segments = posix.normalize(pattern).split("/");
  const open = segments.findIndex((segment) => /[*?[\]{}()!+@]/.test(segment));
  return segments.slice(0, open < 0 ? segments.length - 1 : open).join("/") || ".";
}

function withParents(path: string): readonly string[] {
  const names = path.split("/");
  return names.map((_, index) => names.slice(0, index + 1).join("/"));
}

function wholeFolder(root: string): InputPattern {
  const matcher = createIgnoreMatcher(DEFAULT_APP_PATTERNS);
  return folderInput(root, { key: "workspace", matcher, ruleFiles: APP_RULE_FILES });
}
