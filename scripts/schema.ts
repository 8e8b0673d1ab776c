// Writes the files generated from zod schemas: of the config sti.config.schema.json and the types for
// editors and docs/config.md for people, of each JSON document of the program schemas/NAME.schema.json. With `--check`
// it writes nothing and fails if a file is stale or belongs to no schema.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { documents, printJsonSchema } from "@sti/cli/documents";
import { printConfigReference, printConfigSchema, printConfigTypes } from "@sti/core/schema";
import { root } from "./ensure-built.ts";

const types = "packages/config/src/user-config.ts";

const generated: ReadonlyMap<string, string> = new Map([
  ["sti.config.schema.json", printConfigSchema()],
  ["docs/config.md", printConfigReference()],
  [types, format(types, printConfigTypes())],
  ...documents.map(
    (document) => [`schemas/${document.name}.schema.json`, printJsonSchema(document)] as const,
  ),
]);
const folder = join(root, "schemas");
const unknown = (existsSync(folder) ? readdirSync(folder) : [])
  .map((name) => `schemas/${name}`)
  .filter((name) => !generated.has(name));

if (process.argv.includes("--check")) {
  const stale = [...generated].filter(([name, text]) => {
    const file = join(root, name);
    return !existsSync(file) || readFileSync(file, "utf8") !== text;
  });
  for (const name of [...stale.map(([one]) => one), ...unknown]) {
    process.stderr.write(`${name} is stale; run ./pnpmw schema\n`);
    process.exitCode = 1;
  }
} else {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of generated) writeFileSync(join(root, name), text);
  for (const name of unknown) rmSync(join(root, name));
}

function format(file: string, text: string): string {
  const biome = join(root, "node_modules/.bin/biome");
  return execFileSync(biome, ["format", `--stdin-file-path=${file}`], {
    cwd: root,
    input: text,
    encoding: "utf8",
  });
}
