// `./pnpmw executable [--node FILE] [--name NAME] [FOLDER]`: sti as one file that needs no Node.js, and its checksum, in
// FOLDER (default: dist). FILE: an official Node.js binary of the platform to run on (default: the one that runs this).
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { makeExecutable } from "@sti/cli/executable";
import { ensureBuilt, root } from "./ensure-built.ts";
import { runScript, ScriptError } from "./run-script.ts";

await runScript(async () => {
  const { values, positionals } = parseArgs({
    options: { node: { type: "string" }, name: { type: "string" } },
    allowPositionals: true,
  });
  const here = process.env.INIT_CWD ?? ".";
  const [given] = positionals;
  const folder = given === undefined ? join(root, "dist") : resolve(here, given);
  const name = values.name ?? `sti-${process.platform}-${process.arch}`;
  const node = values.node === undefined ? process.execPath : resolve(here, values.node);
  ensureBuilt();
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  try {
    await makeExecutable(node, file);
  } catch (error) {
    throw new ScriptError(`no executable was made: ${(error as Error).message}`);
  }
  const digest = createHash("sha256").update(readFileSync(file)).digest("hex");
  writeFileSync(`${file}.sha256`, `${digest}  ${name}\n`);
  process.stdout.write(`${file} (${Math.round(statSync(file).size / 1e6)} MB)\n`);
  return 0;
});
