// Gives the tests a program such as `docker-registry`: the one that is there, else Debian's package of the same name,
// installed as root.
import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canInstallPackages, installPackages } from "./install-packages.ts";
import { withLock } from "./process-lock.ts";
import { reportStep } from "./report-progress.ts";
import { systemPath } from "./run-command.ts";

/** Does nothing if it cannot be installed: the tests that need it name the missing package. */
export async function ensureProgram(
  name: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  if (isInstalled(name) || process.platform !== "linux" || !canInstallPackages()) return;
  await withLock("sti-install-packages", signal, async () => {
    if (isInstalled(name)) return; // another process was faster
    const logFile = join(tmpdir(), `install-${name}.log`);
    await reportStep(`Installing ${name}`, () => installPackages([name], { logFile, signal }));
  });
}

function isInstalled(name: string): boolean {
  return systemPath.split(":").some((directory) => {
    try {
      accessSync(join(directory || ".", name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
