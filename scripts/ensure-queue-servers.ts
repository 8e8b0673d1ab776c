// Gives tests and `./pnpmw cluster` the servers of queues: those that are there, else Debian's packages, installed as root.
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canInstallPackages, installPackages } from "./install-packages.ts";
import { withLock } from "./process-lock.ts";
import { reportStep } from "./report-progress.ts";
import { systemPath } from "./run-command.ts";

/** Does nothing if they cannot be installed: the tests that need them name the missing packages. */
export async function ensureQueueServers(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
  const { signal } = options;
  if (missing().length === 0 || process.platform !== "linux" || !canInstallPackages()) return;
  await withLock("sti-install-packages", signal, async () => {
    const packages = missing();
    if (packages.length === 0) return; // another process was faster
    const logFile = join(tmpdir(), "install-queue-servers.log");
    await reportStep(`Installing ${packages.join(", ")}`, () =>
      installPackages(packages, { logFile, signal }),
    );
  });
}

function missing(): readonly string[] {
  const hasRedis = systemPath.split(":").some((directory) => existsSync(join(directory, "redis-server")));
  return [
    ...(hasRedis ? [] : ["redis-server"]),
    ...(existsSync("/usr/lib/postgresql") ? [] : ["postgresql"]),
  ];
}
