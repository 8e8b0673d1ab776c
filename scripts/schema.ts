// Writes sti.config.schema.json from the config's zod schema; `--check` fails when the file is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { printConfigSchema } from "@sti/core";
import { root } from "./ensure-built.ts";

const file = join(root, "sti.config.schema.json");

if (!process.argv.includes("--check")) {
  writeFileSync(file, printConfigSchema());
} else if (readFileSync(file, "utf8") !== printConfigSchema()) {
  process.stderr.write("sti.config.schema.json is stale; run ./pnpmw schema\n");
  process.exitCode = 1;
}
