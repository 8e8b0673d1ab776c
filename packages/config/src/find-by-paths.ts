// The file that the `paths` of a tsconfig.json give for an import, for an error message: a config is run as it stands, and
// no tsconfig.json is read to run it. Runs in the thread of a config, which has a time limit.
import { statSync } from "node:fs";
import { dirname, relative } from "node:path";

const ENDINGS = ["", ".ts", ".mts", ".js", ".mjs", "/index.ts", "/index.js"];

/** As a relative import, "../lib/base.ts"; undefined where no tsconfig.json gives one. */
export async function findByPaths(specifier: string, importer: string): Promise<string | undefined> {
  const { createPathsMatcher, getTsconfig } = await import("get-tsconfig");
  const found = getTsconfig(importer);
  const paths = (found && createPathsMatcher(found)?.(specifier)) ?? [];
  const file = paths.flatMap((path) => ENDINGS.map((end) => `${path}${end}`)).find(isFile);
  if (file === undefined) return undefined;
  const path = relative(dirname(importer), file);
  return path.startsWith(".") ? path : `./${path}`;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
