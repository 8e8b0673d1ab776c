// An input pattern: a root, and predicates on the paths below it. Its forms: files, and a folder under ignore rules.
import { realpath } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { DiskView } from "../disk/disk-view.ts";
import type { IgnoreMatcher } from "../ignore/ignore.ts";
import type { Workspace } from "../workspace/read-workspace.ts";

/** Paths are relative to the root and "/"-separated; "" is the root itself. */
export interface InputPattern {
  /** Absolute; without links where it is there. */
  readonly root: string;
  /** Of the same root, those with the same key are the same. */
  readonly key: string;
  /** Whether the path is part of the source, or determines it. */
  matches(path: string): boolean;
  /** Whether that can be so of anything in this folder. */
  mayMatchBelow(folder: string): boolean;
  /** Whether a change there changes the inputs: ignore rules, manifests. */
  decides(path: string): boolean;
}

export interface FindInputsOptions {
  /** Folder of the config file, absolute. */
  readonly directory: string;
  readonly view: DiskView;
  /** Workspaces that were read before. */
  readonly workspaces: Map<string, Promise<Workspace>>;
}

/** These files, which need not be there. `decides`: a change of them changes the inputs. */
export function fileInputs(files: readonly string[], { decides = false } = {}): readonly InputPattern[] {
  const byFolder = Map.groupBy(new Set(files), (file) => dirname(file));
  return [...byFolder].map(([root, inside]) => {
    const names = new Set(inside.map((file) => basename(file)));
    return {
      root,
      key: JSON.stringify(["files", decides, ...[...names].sort()]),
      matches: (path) => path === "" || names.has(path),
      mayMatchBelow: (folder) => folder === "",
      decides: (path) => decides && names.has(path),
    };
  });
}

/** A folder under ignore rules. `key`: the rules. */
export function folderInput(
  root: string,
  {
    key,
    matcher,
    ruleFiles,
  }: { readonly key: unknown; readonly matcher: IgnoreMatcher; readonly ruleFiles: readonly string[] },
): InputPattern {
  return {
    root,
    key: JSON.stringify(["folder", key, ruleFiles]),
    matches: (path) => path === "" || ruleFiles.includes(path) || !matcher.ignores(path),
    mayMatchBelow: (folder) =>
      folder === "" ||
      !matcher.ignores(folder) ||
      matcher.mayIncludeBelow(folder) ||
      ruleFiles.some((file) => file.startsWith(`${folder}/`)),
    decides: (path) => ruleFiles.includes(path),
  };
}

/** The place itself, with links followed; as it was written while it is not there. */
export async function realPlace(path: string): Promise<string> {
  return await realpath(path).catch(() => path);
}
