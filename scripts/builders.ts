// `./pnpmw builders [--suite SUITE] [KIND|APP…]`: builds the test apps of the builders that come with sti, in each way, and
// checks results. SUITE is the Debian release of all builders: bookworm or trixie. Default: that of each Dockerfile.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureBaseImage } from "./base-image.ts";
import { debianSuites } from "./debian-root.ts";
import { ensureEngine } from "./dev-engine.ts";
import { ensureBuilt, root } from "./ensure-built.ts";
import { runScript, ScriptError } from "./run-script.ts";
import { describeFailures, runTests } from "./run-tests.ts";

await runScript(async (signal) => {
  const kinds = readdirSync(join(root, "packages/cli/builders")).filter((name) => name !== "common");
  const apps = readdirSync(join(root, "packages/cli/test/builders"));
  const { positionals: named, values } = parseArgs({
    allowPositionals: true,
    options: { suite: { type: "string" } },
  });
  const suites = debianSuites.filter((one) => values.suite === undefined || one === values.suite);
  if (suites.length === 0) throw new ScriptError(`no suite ${values.suite}: ${debianSuites.join(" or ")}`, 2);
  const unknown = named.find((name) => !kinds.includes(name) && !apps.includes(name));
  if (unknown !== undefined) {
    throw new ScriptError(`no builder and no test app ${unknown}: ${[...kinds, ...apps].join(", ")}`, 2);
  }
  const { host } = await ensureEngine({ signal });
  ensureBuilt();
  for (const suite of suites) await ensureBaseImage({ host, signal, suite });
  const env = {
    DOCKER_HOST: host,
    STI_TEST_BUILDERS: (named.length > 0 ? named : kinds).join(","),
    ...(values.suite === undefined ? {} : { STI_TEST_BUILDERS_BASE: `debian:${values.suite}-slim` }),
  };
  const files = ["--project=field", "packages/cli/test/field/builders.test.ts"];
  const result = await runTests({ enter: [], env }, files, signal);
  for (const text of describeFailures(result)) process.stdout.write(`${text}\n`);
  process.stdout.write(`${result.passed} passed, ${result.failed} failed\n`);
  return result.failed === 0 ? 0 : 1;
});
