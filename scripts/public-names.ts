// Writes docs/internals/public-names.md: the names that each package exports. With `--check` it writes nothing and fails
// if the page is stale. In both cases it fails if an entry exports a name that nothing outside its package imports.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./ensure-built.ts";
import { importedNames, type PackageEntry, printNames, publicNames, unusedNames } from "./name-lists.ts";

/** Entries for the users of sti. */
const FOR_USERS: readonly string[] = ["@sti/config", "@sti/cli"];
const CODE = ["packages", "scripts", "bench", "sweep"];
const SKIPPED = /(?:^|\/)(?:node_modules|dist|\.[^/]+)(?:\/|$)/;

const page = join(root, "docs/internals/public-names.md");
const entries = readdirSync(join(root, "packages")).flatMap(readEntries);
const text = printNames(entries);
const sources = CODE.flatMap(listSources).map((file) => ({ file, text: readFileSync(file, "utf8") }));

for (const { folder, name, names } of entries) {
  if (FOR_USERS.includes(name)) continue;
  const outside = sources.filter(({ file }) => !file.startsWith(folder)).map((source) => source.text);
  for (const unused of unusedNames(names, importedNames(outside, name))) {
    process.stderr.write(`nothing outside its package imports ${unused} of ${name}; do not export it\n`);
    process.exitCode = 1;
  }
}

if (!existsSync(page) || readFileSync(page, "utf8") !== text) {
  if (process.argv.includes("--check")) {
    process.stderr.write("docs/internals/public-names.md is stale; run ./pnpmw public-names\n");
    process.exitCode = 1;
  } else {
    writeFileSync(page, text);
  }
}

/** Packages without entries for development, such as the test tools, have none. */
function readEntries(name: string): readonly PackageEntry[] {
  const folder = join(root, "packages", name, "/");
  const written: { readonly name: string; readonly exports: Readonly<Record<string, unknown>> } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  return Object.entries(written.exports).flatMap(([path, conditions]) => {
    const file = sourceOf(conditions);
    if (file === undefined) return [];
    const names = publicNames(readFileSync(join(folder, file), "utf8"));
    return [{ name: `${written.name}${path.slice(1)}`, folder, names }];
  });
}

function sourceOf(conditions: unknown): string | undefined {
  if (typeof conditions !== "object" || conditions === null || !("sti-source" in conditions))
    return undefined;
  const file = conditions["sti-source"];
  return typeof file === "string" ? file : undefined;
}

function listSources(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !SKIPPED.test(file))
    .map((file) => join(root, folder, file));
}
