// `./pnpmw check [--without-tests]`: everything that needs no engine: format and lint, types, generated files, words,
// unit tests. `--without-tests`: before `./pnpmw test`, which runs these as well.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "./ensure-built.ts";

const checks: readonly (readonly [string, readonly string[]])[] = [
  ["format and lint", ["biome", "ci", "--colors=off", "."]],
  ["types", ["tsc", "-p", "tsconfig.json"]],
  ["types of the page", ["tsc", "-p", "packages/cli/page/tsconfig.json"]],
  ["schema", ["node", "--conditions=sti-source", "scripts/schema.ts", "--check"]],
  ["command pages", ["node", "--conditions=sti-source", "scripts/cli-docs.ts", "--check"]],
  ["public names", ["node", "--conditions=sti-source", "scripts/public-names.ts", "--check"]],
  ["words", ["node", "--conditions=sti-source", "scripts/words.ts"]],
];
const unitTests = ["unit tests", ["vitest", "run", "--project", "unit"]] as const;
const { values } = parseArgs({ options: { "without-tests": { type: "boolean", default: false } } });

let failed = 0;
for (const [title, [program, ...args]] of values["without-tests"] ? checks : [...checks, unitTests]) {
  const started = performance.now();
  const { status, stdout, stderr, error } = spawnSync(program as string, args, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}` },
    maxBuffer: 1 << 28,
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const passed = status === 0;
  if (!passed) {
    failed += 1;
    process.stdout.write(`${stdout ?? ""}${stderr ?? ""}${error === undefined ? "" : `${error}\n`}`);
  }
  process.stdout.write(`${passed ? "✔" : "✖"} ${title} (${seconds} s)\n`);
}
process.exitCode = failed === 0 ? 0 : 1;
