// Lists the folders below one, bounded and without following links, so that no checkout can lead elsewhere or hold the
// command.
import { type Dirent, readdirSync } from "node:fs";
import { join, posix } from "node:path";
import { FileProblem, readSmallFileSync } from "@sti/files";
import type { FolderView, Remark } from "./inspection.ts";

/** Levels below the folder. */
const DEPTH = 5;
const MOST_FOLDERS = 5000;
/** Bytes of a file that is read. */
const LARGEST = 4 * 1024 ** 2;

/** Folders with dependencies, results and tests. */
const SKIPPED = new Set([
  "node_modules",
  "bower_components",
  "dist",
  "build",
  "out",
  "target",
  "vendor",
  "coverage",
  "venv",
  "__pycache__",
  "test",
  "tests",
  "__tests__",
  "fixtures",
  "e2e",
]);

export interface ListedFolders {
  /** The folder itself first, the others sorted by path. */
  readonly folders: readonly FolderView[];
  /** Filled further while files are read. */
  readonly remarks: Remark[];
}

export function listFolders(root: string): ListedFolders {
  const remarks: Remark[] = [];
  const folders: FolderView[] = [];
  const open: { readonly path: string; readonly depth: number }[] = [{ path: "", depth: 0 }];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    if (folders.length === MOST_FOLDERS) {
      remarks.push({
        place: "this folder",
        reason: `more than ${MOST_FOLDERS} folders; the others were not inspected`,
      });
      break;
    }
    const entries = listEntries(join(root, next.path), next.path, remarks);
    const view = viewOf(root, next.path, entries, remarks);
    folders.push(view);
    if (next.depth === DEPTH) continue;
    for (const name of [...view.folders].sort()) {
      if ((name.startsWith(".") && name !== ".s2i") || SKIPPED.has(name)) continue;
      open.push({ path: posix.join(next.path, name), depth: next.depth + 1 });
    }
  }
  return { folders: folders.sort(byPath), remarks };
}

function listEntries(folder: string, path: string, remarks: Remark[]): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined || path === "") throw error;
    remarks.push({ place: path, reason: `cannot be read (${(error as Error).message})` });
    return [];
  }
}

function viewOf(root: string, path: string, entries: readonly Dirent[], remarks: Remark[]): FolderView {
  const texts = new Map<string, string | undefined>();
  const files = new Set(entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name));
  return {
    path,
    files,
    folders: new Set(entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)),
    read(name) {
      if (!files.has(name)) return undefined;
      if (!texts.has(name)) texts.set(name, readText(root, posix.join(path, name), remarks));
      return texts.get(name);
    },
  };
}

/** A link could lead out of the folder, so none is followed. */
function readText(root: string, path: string, remarks: Remark[]): string | undefined {
  try {
    return readSmallFileSync(join(root, path), { limit: LARGEST, links: "refuse" }).toString();
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    remarks.push({ place: path, reason: error.words });
    return undefined;
  }
}

function byPath(a: FolderView, b: FolderView): number {
  return a.path < b.path ? -1 : 1;
}
