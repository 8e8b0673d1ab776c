// Writes the reference of the commands from their definitions: docs/cli, and the man pages and shell completions of
// @sti/cli. With `--check` it writes nothing and fails if a file is stale, missing or of no command.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { completionScript, describeSti } from "@sti/cli/reference";
import { printPages, type Topics } from "./cli-pages.ts";
import { root } from "./ensure-built.ts";
import { printManPages } from "./man-pages.ts";

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
  run: [
    "[Building](../run.md)",
    "[The shared store](../store.md)",
    selectors,
    "[Incremental builds](../incremental.md)",
    reports,
    lock,
  ],
  watch: ["[Watching](../watch.md)", "[Running apps](../dev.md)", selectors, "[Events](../events.md)"],
  plan: ["[Plans](../plan.md)", selectors],
  logs: ["[Logs](../ci.md#which-output)"],
  why: ["[Why a target is built](../why.md)"],
  push: [registries, selectors],
  build: ["[Sample output](../commands.md#sti-build)", buildImage, "[Sources](../sources.md)"],
  lock: [lock, registries],
  validate: ["[Sample output](../commands.md#sti-validate)", buildImage],
  usage: [buildImage],
  compare: ["[Comparing images and builds](../compare.md)", selectors],
  promote: ["[Promoting](../compare.md#promoting)", lock],
  builders: ["[Builders](../builders.md)", buildImage],
  init: ["[A config for an existing folder](../init.md)", "[Writing a config](../config-guide.md)"],
  ci: ["[sti in CI](../ci.md)", selectors],
  doctor: ["[Sample output](../commands.md#sti-init-and-sti-doctor)", "[Engines](../engines.md)"],
  clean: ["[Cleaning up](../clean.md)", "[Source caches](../source-caches.md)"],
  attest: ["[Attestations](../attest.md)", "[Sample output](../attest.md#verifying)"],
  cache: ["[The shared store](../store.md)"],
};

const program = describeSti();
const generated: Readonly<Record<string, ReadonlyMap<string, string>>> = {
  "docs/cli": printPages(program, topics),
  "packages/cli/man": printManPages(program),
  "packages/cli/completions": new Map([
    ["sti.bash", completionScript("bash")],
    ["_sti", completionScript("zsh")],
    ["sti.fish", completionScript("fish")],
  ]),
};
const isCheck = process.argv.includes("--check");

for (const [name, files] of Object.entries(generated)) {
  const folder = join(root, name);
  const present = existsSync(folder) ? readdirSync(folder) : [];
  const stale = [...files].filter(
    ([file, text]) => !present.includes(file) || readFileSync(join(folder, file), "utf8") !== text,
  );
  const unknown = present.filter((file) => !files.has(file));
  if (isCheck) {
    for (const file of [...stale.map(([one]) => one), ...unknown]) report(`${name}/${file}`);
    continue;
  }
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of stale) writeFileSync(join(folder, file), text);
  for (const file of unknown) rmSync(join(folder, file));
}

// npm installs the man pages that the manifest lists.
const manifestFile = join(root, "packages/cli/package.json");
const manifest: { man?: readonly string[] } = JSON.parse(readFileSync(manifestFile, "utf8"));
const man = [...(generated["packages/cli/man"]?.keys() ?? [])].map((file) => `./man/${file}`).sort();
if (JSON.stringify(manifest.man) !== JSON.stringify(man)) {
  if (isCheck) report("packages/cli/package.json");
  else writeFileSync(manifestFile, `${JSON.stringify({ ...manifest, man }, undefined, 2)}\n`);
}

function report(file: string): void {
  process.stderr.write(`${file} is stale; run ./pnpmw cli-docs\n`);
  process.exitCode = 1;
}
