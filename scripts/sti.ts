// `./pnpmw --silent sti ARGS…`: the built CLI of this checkout, as if it were installed. Prints nothing of its own.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { candidateEndpoints, pingEndpoint } from "@sti/engine-docker/endpoint";
import { privateEngineHost } from "./dev-engine.ts";
import { ensureBuilt, root } from "./ensure-built.ts";
import { ScriptError } from "./run-script.ts";

try {
  ensureBuilt();
  await useDevelopmentEngine();
} catch (error) {
  if (!(error instanceof ScriptError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(70);
}
// pnpm runs scripts in the folder of the package; the user stands elsewhere.
process.chdir(process.env.INIT_CWD ?? process.cwd());
await import(join(root, "packages/cli/bin/sti.cjs"));

/** If no usual engine answers, uses the private development engine, if it was started. */
async function useDevelopmentEngine(): Promise<void> {
  const host = privateEngineHost();
  if (process.env.DOCKER_HOST !== undefined || !existsSync(host.replace("unix://", ""))) return;
  for (const endpoint of candidateEndpoints()) if (await pingEndpoint(endpoint)) return;
  process.env.DOCKER_HOST = host;
}
