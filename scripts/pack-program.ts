// The package that users install, as a tarball.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt, root } from "./ensure-built.ts";
import { runShort } from "./run-command.ts";

const folder = join(root, "packages/cli");

/** Builds the program where it is stale, and writes the tarball into `destination`. Resolves to its path. */
export async function packProgram(destination: string, signal: AbortSignal): Promise<string> {
  ensureBuilt();
  mkdirSync(destination, { recursive: true });
  await runShort(["pnpm", "--dir", folder, "pack", "--pack-destination", destination], { signal });
  const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly name: string;
    readonly version: string;
  };
  return join(destination, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);
}
