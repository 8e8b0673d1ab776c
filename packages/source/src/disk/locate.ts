// Finds the places that sources name, with the links at their ends and on the way followed.
import { lstatSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { SourceProblem } from "./source-problem.ts";

/** The thing itself. Nothing but folders and files will do. `file`: absolute. */
export type Locate = (
  file: string,
) => { readonly path: string; readonly isFolder: boolean } | { readonly problem: SourceProblem };

/** For one reading: the folders above many sources are the same, and are followed once. */
export function createLocate(): Locate {
  const parents = new Map<string, string>();
  const realParent = (file: string): string => {
    const parent = dirname(file);
    const known = parents.get(parent) ?? realpathSync.native(parent);
    parents.set(parent, known);
    return known;
  };
  return (file) => {
    try {
      const named = join(realParent(file), basename(file));
      const seen = lstatSync(named);
      const path = seen.isSymbolicLink() ? realpathSync.native(named) : named;
      const state = path === named ? seen : statSync(path);
      if (state.isDirectory() || state.isFile()) return { path, isFolder: state.isDirectory() };
      return { problem: { code: "source-special-file", files: [file] } };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") return { problem: { code: "source-missing", file } };
      return { problem: { code: "source-unreadable", files: [file] } };
    }
  };
}
