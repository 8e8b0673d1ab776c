// Builds the packages when their sources are newer than the last build. Costs a few milliseconds when not.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ScriptError } from "./run-script.ts";

export const root = new URL("..", import.meta.url).pathname;
const stamp = join(root, "packages/cli/dist/.built");

/** Prints only when the build fails, and then to stderr. */
export function ensureBuilt(): void {
  if (existsSync(stamp) && newestSource() <= statSync(stamp).mtimeMs) return;
  const started = new Date();
  const build = spawnSync("turbo", ["run", "build", "--output-logs=errors-only", "--no-color"], {
    cwd: root,
    encoding: "utf8",
    env: {
      ...process.env,
      TURBO_TELEMETRY_DISABLED: "1",
      PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}`,
    },
  });
  if (build.status !== 0) {
    throw new ScriptError(
      `the packages could not be built\n${build.error ?? ""}${build.stdout}${build.stderr}`,
    );
  }
  writeFileSync(stamp, "");
  utimesSync(stamp, started, started);
}

/** Milliseconds since 1970. */
function newestSource(): number {
  const folders = readdirSync(join(root, "packages")).map((name) => join(root, "packages", name));
  const files = folders.flatMap((folder) => [
    join(folder, "package.json"),
    ...(existsSync(join(folder, "tsconfig.build.json")) ? [join(folder, "tsconfig.build.json")] : []),
    ...["src", "bundle"].flatMap((name) => listFiles(join(folder, name))),
  ]);
  return Math.max(...[join(root, "tsconfig.base.json"), ...files].map((file) => statSync(file).mtimeMs));
}

/** All files and folders below; none where the folder is missing. */
function listFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
}
