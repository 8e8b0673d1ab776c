// Installs Debian packages for the development set-up, as root, without letting a package start a service.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { runLogged } from "./run-command.ts";

/** Whether packages can be installed here: Debian or a relative of it, as root. */
export function canInstallPackages(): boolean {
  return process.getuid?.() === 0 && existsSync("/usr/bin/apt-get") && existsSync("/etc/debian_version");
}

/** Installs packages without their recommendations. Package lists that are there are tried before new ones are fetched. */
export async function installPackages(
  packages: readonly string[],
  options: { readonly logFile: string; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { logFile, signal } = options;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8" };
  const apt = (...args: string[]) =>
    runLogged(["apt-get", "-y", "-o", "DPkg::Lock::Timeout=300", ...args], logFile, { env, signal });
  const install = () => apt("install", "--no-install-recommends", ...packages);
  await withoutServiceStarts(async () => {
    const first = await install().then(
      () => undefined,
      (error: unknown) => error ?? new Error("apt-get install failed"),
    );
    if (first === undefined) return;
    signal?.throwIfAborted();
    await apt("update"); // no lists yet, or older than the mirror's files
    await install();
  });
}

const policyFile = "/usr/sbin/policy-rc.d";
const policyMark = "# sti development set-up: no service starts while packages are installed; safe to delete";

/** Debian's own switch against service starts, there only while `work` runs; a policy of the machine is left alone. */
async function withoutServiceStarts(work: () => Promise<void>): Promise<void> {
  const ours = !existsSync(policyFile) || readFileSync(policyFile, "utf8").includes(policyMark);
  if (ours) writeFileSync(policyFile, `#!/bin/sh\n${policyMark}\nexit 101\n`, { mode: 0o755 });
  try {
    await work();
  } finally {
    if (ours) rmSync(policyFile, { force: true });
  }
}
