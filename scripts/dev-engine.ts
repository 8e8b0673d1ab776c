// Gives the development scripts an engine: one that answers already, else a private one that is set up here.
import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { candidateEndpoints, type Endpoint, namedEndpoint, pingEndpoint } from "@sti/engine-docker/endpoint";
import { answersPing, startDaemon, stopDaemon } from "./engine-daemon.ts";
import { canInstallPackages, installPackages } from "./install-packages.ts";
import { privateEngine } from "./private-engine.ts";
import { withLock } from "./process-lock.ts";
import { removeTree } from "./remove-tree.ts";
import { reportStep } from "./report-progress.ts";
import { systemPath } from "./run-command.ts";
import { ScriptError } from "./run-script.ts";

export { privateEngineHost } from "./private-engine.ts";

export interface EngineOptions {
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An endpoint that answers. Installs and starts a private engine where none does; throws ScriptError (exit 3) where it cannot. */
export async function ensureEngine(options: EngineOptions = {}): Promise<Endpoint> {
  const present = await findEngine(options);
  if (present !== undefined) return present;
  const named = namedEndpoint({ env: options.env });
  if (named !== undefined) {
    throw new ScriptError(
      `No container engine answers at ${named.host} (from ${named.from}).\n` +
        "Start it, or take the setting away to have the usual sockets searched and, where possible, a private engine started.",
      3,
    );
  }
  return await startPrivateEngine(options);
}

/** The endpoint that answers, among those a user would get and the private one; undefined when none does. */
export async function findEngine(options: EngineOptions = {}): Promise<Endpoint | undefined> {
  const env = options.env ?? process.env;
  for (const endpoint of candidateEndpoints({ env })) {
    // An engine behind ssh is the user's explicit choice; whether it answers shows when it is used.
    if (endpoint.host.startsWith("ssh://") || (await pingEndpoint(endpoint, options.signal))) return endpoint;
  }
  if (namedEndpoint({ env }) !== undefined) return undefined;
  return (await answersPing(privateEngine(env), options.signal)) ? privateEndpoint(env) : undefined;
}

/** Starts the private engine, whatever other engines there are; one that runs already is taken as it is. */
export async function startPrivateEngine(options: EngineOptions = {}): Promise<Endpoint> {
  const env = options.env ?? process.env;
  const { signal } = options;
  const engine = privateEngine(env);
  if (await answersPing(engine, signal)) return privateEndpoint(env);
  if (process.platform !== "linux" || process.getuid?.() !== 0) throw new ScriptError(whatToInstall(), 3);
  await withLock(engine.ruleMark, signal, async () => {
    if (await answersPing(engine, signal)) return; // another process was faster
    const missing = missingPackages();
    if (missing.length > 0 && !canInstallPackages()) throw new ScriptError(whatToInstall(), 3);
    mkdirSync(engine.directory, { recursive: true });
    if (missing.length > 0) {
      const logFile = join(engine.directory, "install.log");
      await withLock("sti-install-packages", signal, () =>
        reportStep(`Installing ${missing.join(", ")}`, () => installPackages(missing, { logFile, signal })),
      );
    }
    await reportStep(`Starting a private container engine at ${engine.socket}`, () =>
      startDaemon(engine, signal),
    );
  });
  return privateEndpoint(env);
}

/** Ends the private engine and takes its traces away; `purge` also removes images, volumes and logs. */
export async function stopPrivateEngine(
  options: EngineOptions & { readonly purge?: boolean } = {},
): Promise<void> {
  const engine = privateEngine(options.env);
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new ScriptError("A private engine runs on Linux as root; only root can end it.", 3);
  }
  await withLock(engine.ruleMark, options.signal, async () => {
    await reportStep(`Stopping the private container engine at ${engine.socket}`, () => stopDaemon(engine));
    if (options.purge === true) await removeTree(engine.directory);
  });
}

function privateEndpoint(env: NodeJS.ProcessEnv): Endpoint {
  return { host: `unix://${privateEngine(env).socket}`, from: "private engine" };
}

/** Debian packages of the programs that are not there yet. */
function missingPackages(): string[] {
  const needs = { dockerd: "docker.io", iptables: "iptables", ip: "iproute2" };
  return Object.entries(needs).flatMap(([program, name]) => (onPath(program) ? [] : [name]));
}

function onPath(program: string): boolean {
  return systemPath.split(":").some((directory) => {
    try {
      accessSync(join(directory || ".", program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function whatToInstall(): string {
  const advice =
    process.platform === "linux"
      ? [
          "Install Docker Engine (Debian, Ubuntu: `sudo apt-get install docker.io`) or Podman and start it,",
          "join the `docker` group or set DOCKER_HOST, and try again.",
          "On Debian and Ubuntu this script does it by itself when run as root.",
        ]
      : ["Install and start Docker Desktop, Colima or Podman, and try again."];
  return ["No container engine answers.", ...advice].join("\n");
}
