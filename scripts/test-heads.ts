// A test file begins with its tests. Fixtures and helpers are in @sti/testing, beside the file, or below the tests.
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";

/** Most lines before the first test of a file. */
export const LONGEST_HEAD = 60;

const FOLDERS = ["packages", "scripts", "bench", "sweep"];
const FIRST_TEST = /^[ \t]*(?:test|it|describe)[.(]/m;

/** One line for each test file below `root` with more lines before its first test. */
export function checkTestHeads(root: string, folders: readonly string[] = FOLDERS): readonly string[] {
  return folders
    .flatMap((folder) => listTestFiles(root, folder))
    .sort()
    .flatMap((name) => {
      const lines = headOf(readFileSync(join(root, name), "utf8"));
      if (lines <= LONGEST_HEAD) return [];
      const hint = "move helpers below the tests, into a file beside it, or to @sti/testing";
      return [`${name}: ${lines} lines before the first test, at most ${LONGEST_HEAD}: ${hint}`];
    });
}

/** Number of lines before the first test; all of them if there is none. */
function headOf(text: string): number {
  const at = text.search(FIRST_TEST);
  return text.slice(0, at === -1 ? undefined : at).split("\n").length - 1;
}

/** Folders of packages and outputs are not entered: they have thousands of files. */
function listTestFiles(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`.split(sep).join("/");
    if (entry.isDirectory()) {
      return ["node_modules", "dist"].includes(entry.name) ? [] : listTestFiles(root, name);
    }
    return entry.name.endsWith(".test.ts") ? [name] : [];
  });
}
