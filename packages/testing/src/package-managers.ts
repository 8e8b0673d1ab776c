// Package managers of fixed versions, from the npm registry.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll } from "vitest";
import { makeWorkspace } from "./workspace.ts";

export interface PackageManager {
  readonly name: string;
  /** The npm package, undefined for a program that is there. */
  readonly from: string | undefined;
  /** Path of the program in the package, or its name. */
  readonly program: string;
  /** Whether it is a script for Node.js. Default: true. */
  readonly isScript?: boolean;
}

/** Installs them for the tests of a file. Resolves to their folder. */
export async function installManagers(managers: readonly PackageManager[]): Promise<string> {
  const { folder, remove } = await makeWorkspace({ "package.json": '{ "private": true }' });
  afterAll(() => remove(""));
  const specs = managers.flatMap(({ from }) => (from === undefined ? [] : [`${idOf(from)}@npm:${from}`]));
  const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...new Set(specs)];
  await promisify(execFile)("npm", args, { cwd: folder });
  return folder;
}

/** The beginning of a command line. `folder`: of the installed managers; `node`: the program that runs them. */
export function commandOf(
  { from, isScript = true, program }: PackageManager,
  folder: string,
  node: string = process.execPath,
): readonly string[] {
  if (from === undefined) return [program];
  return [...(isScript ? [node] : []), join(folder, "node_modules", idOf(from), program)];
}

function idOf(spec: string): string {
  return spec.replaceAll(/[^\w]+/g, "-").replace(/^-/, "");
}
