// `./pnpmw builders [KIND|APP…]`: builds the test apps of the builders that come with sti, in each way, and checks results.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ensureBaseImage } from "./base-image.ts";
import { ensureEngine } from "./dev-engine.ts";
import { ensureBuilt, root } from "./ensure-built.ts";
import { runScript, ScriptError } from "./run-script.ts";
import { describeFailures, runTests } from "./run-tests.ts";

await runScript(async (signal) => {
  const kinds = readdirSync(join(root, "packages/cli/builders")).filter((name) => name !== "common");
  const apps = readdirSync(join(root, "packages/cli/test/builders"));
  const named = process.argv.slice(2);
  const unknown = named.find((name) => !kinds.includes(name) && !apps.includes(name));
  if (unknown !== undefined) {
    throw new ScriptError(`no builder and no test app ${unknown}: ${[...kinds, ...apps].join(", ")}`, 2);
  }
  const { host } = await ensureEngine({ signal });
  ensureBuilt();
  await ensureBaseImage({ host, signal });
  const env = { DOCKER_HOST: host, STI_TEST_BUILDERS: (named.length > 0 ? named : kinds).join(",") };
  const files = ["--project=e2e", "packages/cli/test/e2e/builders.test.ts"];
  const result = await runTests({ enter: [], env }, files, signal);
  for (const text of describeFailures(result)) process.stdout.write(`${text}\n`);
  process.stdout.write(`${result.passed} passed, ${result.failed} failed\n`);
  return result.failed === 0 ? 0 : 1;
});
