// Starts and ends an engine of a given kind: in namespaces of its own, with an unpacked Debian root as its /, so that several
// run beside each other and none changes the machine.
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startPrivateEngine, stopPrivateEngine } from "./dev-engine.ts";
import { answersPing, startDetached } from "./engine-daemon.ts";
import { endGroup } from "./engine-group.ts";
import { type EngineKind, engineKinds, missingKinds } from "./engine-kinds.ts";
import { lowerNetwork, type NetworkNamespace, raiseNamespace } from "./engine-network.ts";
import type { EngineSetup } from "./engine-recipes.ts";
import { engineRoot, unpackRoot } from "./engine-root.ts";
import { root as checkout } from "./ensure-built.ts";
import { canInstallPackages } from "./install-packages.ts";
import { type PrivateEngine, privateEngine } from "./private-engine.ts";
import { withLock } from "./process-lock.ts";
import { removeTree } from "./remove-tree.ts";
import { reportStep } from "./report-progress.ts";
import { runShort } from "./run-command.ts";
import { ScriptError } from "./run-script.ts";

/** Facts about a running engine that tests need. */
export interface KindEngine {
  readonly host: string;
  /** Prefix of commands that need the engine's ports and registries; empty if any command reaches them. */
  readonly enter: readonly string[];
  /** Variables for tests, `DOCKER_HOST` among them. */
  readonly env: Readonly<Record<string, string>>;
}

export interface KindOptions {
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The kind of this name; ScriptError (exit 3) for one that cannot be had, with the reason, (exit 2) for an unknown one. */
export function engineKind(name: string): EngineKind {
  const kind = engineKinds.find((candidate) => candidate.name === name);
  if (kind !== undefined) return kind;
  const reason = missingKinds[name];
  if (reason !== undefined) throw new ScriptError(`${name} cannot be started: ${reason}`, 3);
  const names = engineKinds.map((known) => known.name).join(", ");
  throw new ScriptError(`Unknown kind of engine: ${name}\nThere are: ${names}`, 2);
}

/** Reason why engines of this kind cannot run here; undefined: they can, as far as that is known without trying. */
export function whyNotHere(kind: EngineKind): string | undefined {
  if (kind.start === undefined) return undefined;
  if (process.platform !== "linux") return "needs Linux";
  if (process.getuid?.() !== 0) return "needs root";
  return canInstallPackages() ? undefined : "needs Debian or Ubuntu, to make its root";
}

/** Starts an engine of this kind; one that runs already is taken as it is. */
export async function startKind(kind: EngineKind, options: KindOptions = {}): Promise<KindEngine> {
  const { signal, env = process.env } = options;
  const { start } = kind;
  if (start === undefined) {
    const { host } = await startPrivateEngine(options);
    return { host, enter: [], env: { DOCKER_HOST: host } };
  }
  const reason = whyNotHere(kind);
  if (reason !== undefined) throw new ScriptError(`${kind.name} cannot run here: ${reason}`, 3);
  const places = kindPlaces(kind, env);
  return await withLock(places.ruleMark, signal, async () => {
    if (await answersPing(places, signal)) return readEngine(places);
    const root = join(places.directory, "root");
    const file = await engineRoot(start.root, signal, env);
    mkdirSync(places.directory, { recursive: true });
    await unpackRoot(file, root, signal);
    return await reportStep(`Starting ${kind.about} at ${places.socket}`, async () => {
      await clear(places);
      try {
        return await launch(places, root, start.recipe, signal);
      } catch (error) {
        await clear(places);
        throw error;
      }
    });
  });
}

/** Ends an engine and takes its traces away; `purge` also removes its root, images, volumes and logs. */
export async function stopKind(
  kind: EngineKind,
  options: KindOptions & { readonly purge?: boolean } = {},
): Promise<void> {
  if (kind.start === undefined) return await stopPrivateEngine(options);
  const reason = whyNotHere(kind);
  if (reason !== undefined) throw new ScriptError(`${kind.name} cannot run here: ${reason}`, 3);
  const places = kindPlaces(kind, options.env);
  await withLock(places.ruleMark, options.signal, async () => {
    await reportStep(`Stopping ${kind.about}`, () => clear(places));
    if (options.purge === true) await removeTree(places.directory);
  });
}

/** The running engine of this kind; undefined when none answers. */
export async function findKind(kind: EngineKind, options: KindOptions = {}): Promise<KindEngine | undefined> {
  const places = kindPlaces(kind, options.env);
  if (!(await answersPing(places, options.signal))) return undefined;
  const host = `unix://${places.socket}`;
  return kind.start === undefined ? { host, enter: [], env: { DOCKER_HOST: host } } : readEngine(places);
}

/** Places beside those of the private engine, with the kind's name at their end. */
export function kindPlaces(kind: EngineKind, env: NodeJS.ProcessEnv = process.env): PrivateEngine {
  const usual = privateEngine(env);
  if (kind.start === undefined) return usual;
  return privateEngine({
    STI_ENGINE_DIR: `${usual.directory}-${kind.name}`,
    STI_ENGINE_RUN: `${usual.runDirectory}-${kind.name}`,
  });
}

async function launch(
  places: PrivateEngine,
  root: string,
  recipe: NonNullable<EngineKind["start"]>["recipe"],
  signal: AbortSignal | undefined,
): Promise<KindEngine> {
  const network = await raiseNamespace(places);
  const certificates = join(places.directory, "certs.d");
  for (const folder of [places.runDirectory, places.dataRoot, certificates]) {
    mkdirSync(folder, { recursive: true });
  }
  const setup = recipe({
    places,
    certificates,
    registryHost: network.addresses[1],
    mtu: network.mtu,
    canRaiseLimits: canRaiseLimits(),
  });
  await furnish(root, setup);
  copyFileSync("/etc/resolv.conf", join(root, "etc/resolv.conf"));
  if (setup.owner !== undefined) {
    for (const folder of [places.runDirectory, places.dataRoot]) chownSync(folder, setup.owner, setup.owner);
  }
  // Besides its own: those that a test may have a container mount.
  const folders = [places.runDirectory, places.directory, tmpdir(), checkout].join(" ");
  const log = openSync(places.logFile, "w");
  try {
    const script = join(import.meta.dirname, "enter-root.sh");
    const enter = ["sh", script, root, places.ruleMark, network.file, folders, "catatonit", "--"] as const;
    const env = { PATH: rootPath, HOME: "/root", LC_ALL: "C.UTF-8", ...setup.env };
    await startDetached([...enter, ...setup.command], env, log, places, signal);
  } finally {
    closeSync(log);
  }
  const engine = describeEngine(places, network, certificates, setup);
  writeFileSync(engineFile(places), JSON.stringify(engine));
  return engine;
}

const rootPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Writes the recipe's files into the root. */
async function furnish(root: string, { files, links, owner, env }: EngineSetup): Promise<void> {
  for (const [path, { content, mode = 0o644 }] of Object.entries(files)) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, mode);
  }
  for (const [path, target] of Object.entries(links)) {
    const link = join(root, path);
    mkdirSync(dirname(link), { recursive: true });
    if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() === false) {
      rmSync(link, { recursive: true });
    }
    rmSync(link, { force: true });
    symlinkSync(target, link);
  }
  if (owner === undefined || env.HOME === undefined) return;
  const home = join(root, env.HOME);
  chownSync(home, owner, owner);
  await runShort(["chown", "-R", "-h", `${owner}:${owner}`, join(home, ".config")]);
}

function describeEngine(
  places: PrivateEngine,
  network: NetworkNamespace,
  certificates: string,
  setup: EngineSetup,
): KindEngine {
  const host = `unix://${places.socket}`;
  return {
    host,
    enter: ["nsenter", `--net=${network.file}`, "--"],
    env: {
      DOCKER_HOST: host,
      STI_TEST_CERTS_D: certificates,
      ...(setup.registryHost === undefined ? {} : { STI_TEST_REGISTRY_HOST: setup.registryHost }),
      // Tests that inspect the engine themselves do so from beside it.
      ...(setup.testEnv === undefined ? {} : { STI_TEST_LOCAL_HOST: host, ...setup.testEnv }),
    },
  };
}

/** Beside the socket, and gone with it. */
function engineFile(places: PrivateEngine): string {
  return join(places.runDirectory, "engine.json");
}

function readEngine(places: PrivateEngine): KindEngine {
  return JSON.parse(readFileSync(engineFile(places), "utf8")) as KindEngine;
}

/** Processes, mounts, network and run directory of an engine that is to end or has died. */
async function clear(places: PrivateEngine): Promise<void> {
  await endGroup(places.ruleMark);
  await lowerNetwork(places);
  await removeTree(places.runDirectory);
}

/** CAP_SYS_RESOURCE, which lets processes go above their limits; root may lack it. */
function canRaiseLimits(): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
  return (BigInt(`0x${effective}`) >> 24n) % 2n === 1n;
}
