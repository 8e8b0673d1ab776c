// Engines of workers. `./pnpmw acceptance` gives each worker one of its own; otherwise they share the engine of the file.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { env } from "node:process";
import { fileURLToPath } from "node:url";
import type { Endpoint } from "@sti/engine-docker/endpoint";

/** An engine of STI_TEST_WORKERS, which has a list of them as JSON. */
export interface GivenEngine {
  readonly host: string;
  /** File of its network namespace, unless it is that of this machine. */
  readonly network?: string;
  /** Variables that name it for `./pnpmw engine`. */
  readonly env: Readonly<Record<"STI_ENGINE_DIR" | "STI_ENGINE_RUN", string>>;
}

const ENGINE_SCRIPT = fileURLToPath(new URL("../../../scripts/engine.ts", import.meta.url));

export const givenEngines: readonly GivenEngine[] = JSON.parse(env.STI_TEST_WORKERS || "[]");

/** Those of all workers. `own`: of the test file. */
export function workerEndpoints(own: Endpoint): readonly Endpoint[] {
  if (givenEngines.length === 0) return [own];
  return givenEngines.map(({ host }) => ({ host, from: "STI_TEST_WORKERS" }));
}

/** The engine of a worker, by the number at the end of its name: "w1" has the first one. */
export function endpointOfWorker(name: string, own: Endpoint): Endpoint {
  const endpoints = workerEndpoints(own);
  return endpoints[(Number(/\d+$/.exec(name)) - 1) % endpoints.length] ?? own;
}

/** Ends the daemon of a given engine without a word. Its containers go on. */
export function killEngine({ env: { STI_ENGINE_RUN: folder } }: GivenEngine): void {
  process.kill(Number(readFileSync(join(folder, "dockerd.pid"), "utf8")), "SIGKILL");
}

/** Starts a given engine that was killed, with the same data. */
export async function restartEngine(engine: GivenEngine): Promise<void> {
  const command = ["--conditions=sti-source", ENGINE_SCRIPT, "start"];
  const child = spawn(process.execPath, command, { stdio: "ignore", env: { ...env, ...engine.env } });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`the engine did not start again: exit ${code}`);
}
