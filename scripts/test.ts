// `./pnpmw test [vitest arguments]`: all tests: unit, engine and end to end. Sets up the engine and the base image
// where they are missing, and ends with one line that counts.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBaseImage } from "./base-image.ts";
import { ensureEngine } from "./dev-engine.ts";
import { ensureBuilt, root } from "./ensure-built.ts";
import { ensureRegistry } from "./ensure-registry.ts";
import { reportStep } from "./report-progress.ts";
import { ended } from "./run-command.ts";
import { runScript } from "./run-script.ts";

await runScript(async (signal) => {
  const engine = await ensureEngine({ signal });
  await ensureBaseImage({ ...engine, signal });
  await ensureRegistry({ signal });
  await reportStep("building the packages", async () => ensureBuilt());
  const folder = mkdtempSync(join(tmpdir(), "sti-test-"));
  try {
    const results = join(folder, "results.json");
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
    const vitest = spawn(
      join(root, "node_modules/.bin/vitest"),
      ["run", ...reporters, ...process.argv.slice(2)],
      { cwd: root, stdio: "inherit", env: { ...process.env, DOCKER_HOST: engine.host } },
    );
    const code = await ended(vitest, signal);
    const { numPassedTests: passed, numFailedTests } = JSON.parse(readFileSync(results, "utf8")) as {
      readonly numPassedTests: number;
      readonly numFailedTests: number;
    };
    // A file that cannot even be loaded counts no test of its own.
    const failed = code === 0 && passed > 0 ? 0 : Math.max(1, numFailedTests);
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
    return failed === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
