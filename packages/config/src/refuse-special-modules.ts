// Keeps Node's own loader from files that it would wait for: it opens modules and package.json without a limit, in a
// way that no signal ends. Runs in the thread of a config, before Node opens a file.
import { realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { checkSmallFile } from "@sti/files";

/** Of a config or a module that it imports, bytes. */
export const LARGEST_MODULE = 16 * 1024 ** 2;

/** Throws an Error that names the file, or a package.json that Node would read to find out what `specifier` is. */
export function refuseSpecialManifests(specifier: string, importer: string | undefined): void {
  const from = importer?.startsWith("file:") ? dirname(fileURLToPath(importer)) : undefined;
  const target = fileOf(specifier, from);
  if (target !== undefined) {
    // By the name that was written, where that is a link.
    refuse(target);
    refuse(join(target, "package.json"));
    refuseNearest(dirname(target));
    refuseNearest(dirname(realOf(target)));
  } else if (from !== undefined && !specifier.startsWith("node:")) {
    const [scope = "", name = ""] = specifier.split("/");
    const folder = scope.startsWith("@") ? join(scope, name) : scope;
    for (const above of foldersUpFrom(from)) refuse(join(above, "node_modules", folder, "package.json"));
  }
}

/** Throws an Error for a module that is no regular file. */
export function refuseSpecialModule(file: string): void {
  const problem = checkSmallFile(file, { limit: LARGEST_MODULE });
  if (problem !== undefined && problem.kind !== "missing") throw new Error(problem.message);
}

/** Absolute; undefined for the name of a package. */
function fileOf(specifier: string, from: string | undefined): string | undefined {
  if (specifier.startsWith("file:")) return fileURLToPath(specifier);
  if (specifier.startsWith("/")) return specifier;
  return /^\.{1,2}(?:\/|$)/.test(specifier) && from !== undefined ? resolve(from, specifier) : undefined;
}

/** Node reads the nearest one that is there. */
function refuseNearest(folder: string): void {
  for (const above of foldersUpFrom(folder)) if (refuse(join(above, "package.json"))) return;
}

/** Whether there is something. */
function refuse(file: string): boolean {
  const problem = checkSmallFile(file, { limit: LARGEST_MODULE });
  if (problem?.kind === "special" || problem?.kind === "too-large") throw new Error(problem.message);
  return problem === undefined;
}

function realOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file; // not there: Node reports it
  }
}

function* foldersUpFrom(folder: string): Generator<string> {
  for (let current = folder; ; current = dirname(current)) {
    yield current;
    if (current === dirname(current)) return;
  }
}
