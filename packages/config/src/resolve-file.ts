// Relative imports as TypeScript resolves them: without the ending, and with that of the compiled file. Runs in the thread
// of a config.
import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** The endings of TypeScript files that a compiled one may come from. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
};
const ENDINGS = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json"];

/** The file that an import that leads nowhere is meant for, as a specifier; undefined where there is none. */
export function resolveFile(specifier: string, importer: string): string | undefined {
  const isThere = (name: string) =>
    statSync(resolve(dirname(importer), name), { throwIfNoEntry: false })?.isFile() === true;
  const compiled = /\.[cm]?js$/.exec(specifier)?.[0] ?? "";
  const bare = specifier.slice(0, specifier.length - compiled.length);
  const names =
    compiled === ""
      ? [specifier, `${specifier.replace(/\/$/, "")}/index`].flatMap((name) =>
          ENDINGS.map((ending) => `${name}${ending}`),
        )
      : (SOURCES[compiled] ?? []).map((ending) => `${bare}${ending}`);
  return names.find(isThere);
}
