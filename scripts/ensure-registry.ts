// Gives the tests the program `docker-registry`: the one that is there, else Debian's package, installed as root.
import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canInstallPackages, installPackages } from "./install-packages.ts";
import { withLock } from "./process-lock.ts";
import { reportStep } from "./report-progress.ts";
import { systemPath } from "./run-command.ts";

/** Does nothing if it cannot be installed: the tests that need it name the missing package. */
export async function ensureRegistry(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
  const { signal } = options;
  if (isInstalled() || process.platform !== "linux" || !canInstallPackages()) return;
  await withLock("sti-install-packages", signal, async () => {
    if (isInstalled()) return; // another process was faster
    const logFile = join(tmpdir(), "install-docker-registry.log");
    await reportStep("Installing docker-registry", () =>
      installPackages(["docker-registry"], { logFile, signal }),
    );
  });
}

function isInstalled(): boolean {
  return systemPath.split(":").some((directory) => {
    try {
      accessSync(join(directory || ".", "docker-registry"), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
