// Writes the reference of the commands, docs/cli, from their definitions. With `--check` it writes nothing and fails
// if a page is stale, missing or of no command.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeSti } from "@sti/cli/reference";
import { printPages, type Topics } from "./cli-pages.ts";
import { root } from "./ensure-built.ts";

const selectors = "[Selectors](../selectors.md)";
const reports = "[Reports](../reports.md)";
const lock = "[The lock file](../lock.md)";
const registries = "[Registries](../registries.md)";
const buildImage = "[Writing a build image](../build-image.md)";

const topics: Topics = {
  "": [
    "[The commands, with sample output](../commands.md)",
    "[Exit codes](../run.md#exit-codes)",
    "[The engine](../run.md#the-engine)",
  ],
  run: ["[Building](../run.md)", selectors, "[Incremental builds](../incremental.md)", reports, lock],
  watch: ["[Watching](../watch.md)", "[Running apps](../dev.md)", selectors, "[Events](../events.md)"],
  plan: ["[Plans](../plan.md)", selectors],
  why: ["[Why a target is built](../why.md)"],
  push: [registries, selectors],
  build: ["[Sample output](../commands.md#sti-build)", buildImage, "[Sources](../sources.md)"],
  lock: [lock, registries],
  validate: ["[Sample output](../commands.md#sti-validate)", buildImage],
  usage: [buildImage],
  compare: ["[Comparing images and builds](../compare.md)", selectors],
  promote: ["[Promoting](../compare.md#promoting)", lock],
  init: ["[Writing a config](../config-guide.md)", "[The config](../config.md)"],
  ci: ["[sti in CI](../ci.md)", selectors],
  doctor: ["[Sample output](../commands.md#sti-init-and-sti-doctor)", "[Engines](../engines.md)"],
  clean: ["[Cleaning up](../clean.md)", "[Kept sources](../kept-sources.md)"],
};

const folder = join(root, "docs/cli");
const pages = printPages(describeSti(), topics);
const present = existsSync(folder) ? readdirSync(folder) : [];
const stale = [...pages].filter(
  ([name, text]) => !present.includes(name) || readFileSync(join(folder, name), "utf8") !== text,
);
const unknown = present.filter((name) => !pages.has(name));

if (process.argv.includes("--check")) {
  for (const name of [...stale.map(([one]) => one), ...unknown]) {
    process.stderr.write(`docs/cli/${name} is stale; run ./pnpmw cli-docs\n`);
    process.exitCode = 1;
  }
} else {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of stale) writeFileSync(join(folder, name), text);
  for (const name of unknown) rmSync(join(folder, name));
}
