// Gives the tests docker's plugin buildx, which evaluates bake files: Debian's package, unpacked in the user's cache and
// not installed. Debian 12 has none, so it is that of Debian 13.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { canInstallPackages } from "./install-packages.ts";
import { withLock } from "./process-lock.ts";
import { reportStep } from "./report-progress.ts";
import { readCommand, runLogged } from "./run-command.ts";
import { ScriptError } from "./run-script.ts";

const PACKAGE = "docker-buildx";
const SUITE = "trixie";
const KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg";
/** In the package. */
const PLUGINS = "usr/libexec/docker/cli-plugins";

/** Folder for the variable DOCKER_CONFIG; undefined, with a line that has the reason, where there can be none. */
export async function ensureBuildx(
  { signal }: { readonly signal?: AbortSignal } = {},
  env = process.env,
): Promise<string | undefined> {
  const folder = join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "sti", "programs", PACKAGE);
  if (existsSync(folder)) return folder;
  if (process.platform !== "linux" || !canInstallPackages() || !existsSync(KEYS)) return undefined;
  return await withLock("sti-docker-buildx", signal, async () => {
    if (existsSync(folder)) return folder; // another process was faster
    try {
      await reportStep(`Unpacking ${PACKAGE}`, () => unpack(folder, signal));
      return folder;
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error;
      process.stderr.write(`tests of bake files in HCL are skipped: ${error.message}\n`);
      return undefined;
    }
  });
}

/** With lists of packages of its own, so that those of the machine stay as they are. */
async function unpack(folder: string, signal: AbortSignal | undefined): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "sti-buildx-"));
  const logFile = `${work}.log`;
  try {
    const mirrors = await readCommand(["apt-get", "indextargets", "--format", "$(REPO_URI)"], { signal });
    const [mirror] = mirrors?.split("\n").filter((address) => /\/debian\/?$/.test(address)) ?? [];
    if (mirror === undefined) throw new ScriptError("the package lists name no mirror of Debian");
    for (const name of ["lists/partial", "archives/partial"])
      mkdirSync(join(work, name), { recursive: true });
    writeFileSync(join(work, "sources"), `deb [signed-by=${KEYS}] ${mirror} ${SUITE} main\n`);
    const settings = {
      "Dir::Etc::SourceList": join(work, "sources"),
      "Dir::Etc::SourceParts": "/dev/null",
      "Dir::State::Lists": join(work, "lists"),
      "Dir::Cache": work,
      // Mirrors that are kept as of a date serve lists whose time has passed; their signatures are checked all the same.
      "Acquire::Check-Valid-Until": "false",
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
    const apt = (...args: readonly string[]) =>
      runLogged(["apt-get", "-y", ...options, ...args], logFile, { signal });
    await apt("update");
    await apt("install", "--download-only", "--no-install-recommends", PACKAGE);
    const file = readdirSync(join(work, "archives")).find((name) => name.startsWith(`${PACKAGE}_`));
    if (file === undefined) throw new ScriptError(`apt-get downloaded no ${PACKAGE}`);
    await runLogged(["dpkg-deb", "-x", join(work, "archives", file), join(work, "root")], logFile, {
      signal,
    });
    mkdirSync(join(folder, ".."), { recursive: true });
    const made = `${folder}.${process.pid}`;
    mkdirSync(made);
    await runLogged(["cp", "-R", join(work, "root", PLUGINS), made], logFile, { signal });
    renameSync(made, folder);
    rmSync(logFile, { force: true });
  } finally {
    rmSync(work, { recursive: true });
  }
}
