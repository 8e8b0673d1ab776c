// Builds the program when sources are newer than the last build. Costs a few milliseconds when not.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ScriptError } from "./run-script.ts";

export const root = new URL("..", import.meta.url).pathname;
const stamp = join(root, "packages/cli/dist/.built");

/** The bundle, and the types of `@sti/cli/config`. */
const STEPS: readonly (readonly [program: string, ...args: readonly string[]])[] = [
  [process.execPath, "--conditions=sti-source", "bundle/bundle.ts"],
  [join(root, "node_modules/.bin/tsc"), "-p", "tsconfig.types.json"],
];

/** The JSON schema of the config, which is part of the package. */
const SCHEMA = "sti.config.schema.json";

/** Prints only when the build fails, and then to stderr. */
export function ensureBuilt(): void {
  if (existsSync(stamp) && newestSource() <= statSync(stamp).mtimeMs) return;
  const started = new Date();
  for (const [program, ...args] of STEPS) {
    const { error, status, stderr, stdout } = spawnSync(program, args, {
      cwd: join(root, "packages/cli"),
      encoding: "utf8",
    });
    if (status !== 0) {
      throw new ScriptError(`the program could not be built\n${error ?? ""}${stdout}${stderr}`);
    }
  }
  copyFileSync(join(root, SCHEMA), join(root, "packages/cli", SCHEMA));
  writeFileSync(stamp, "");
  utimesSync(stamp, started, started);
}

/** Milliseconds since 1970. */
function newestSource(): number {
  const folders = readdirSync(join(root, "packages")).map((name) => join(root, "packages", name));
  const files = folders.flatMap((folder) => [
    join(folder, "package.json"),
    ...["src", "bundle", "page"].flatMap((name) => listFiles(join(folder, name))),
  ]);
  const settings = ["tsconfig.base.json", SCHEMA, "packages/cli/tsconfig.types.json"].map((name) =>
    join(root, name),
  );
  return Math.max(...[...settings, ...files].map((file) => statSync(file).mtimeMs));
}

/** All files and folders below; none where the folder is missing. */
function listFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
}
