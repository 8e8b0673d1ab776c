// Writes the files generated from the config's zod schema: sti.config.schema.json for editors, docs/config.md for
// people. With `--check` it writes nothing and fails when one of them is stale.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { printConfigReference, printConfigSchema } from "@sti/core/schema";
import { root } from "./ensure-built.ts";

const generated: readonly (readonly [file: string, text: string])[] = [
  ["sti.config.schema.json", printConfigSchema()],
  ["docs/config.md", printConfigReference()],
];

for (const [name, text] of generated) {
  const file = join(root, name);
  if (!process.argv.includes("--check")) {
    writeFileSync(file, text);
  } else if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    process.stderr.write(`${name} is stale; run ./pnpmw schema\n`);
    process.exitCode = 1;
  }
}
