// Starts and ends the private engine's dockerd. Whether it lives is judged by its ping alone, never by a pid.
import { spawn } from "node:child_process";
import { closeSync, lstatSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pingEndpoint } from "@sti/engine-docker/endpoint";
import { type EngineNetwork, lowerNetwork, raiseNetwork } from "./engine-network.ts";
import { endProcesses } from "./engine-processes.ts";
import type { PrivateEngine } from "./private-engine.ts";
import { removeTree, unmountBelow } from "./remove-tree.ts";
import { describeLog, systemPath } from "./run-command.ts";
import { ScriptError } from "./run-script.ts";

/** Time limit for dockerd's answer after its start, in milliseconds. */
const startLimit = 90_000;

/**
 * Engines are written in Go, and start short processes of their own program for each archive and each container. None of
 * these lives long enough to need a garbage collection, and the daemon needs one only above this size.
 */
const fewCollections = { GOGC: "off", GOMEMLIMIT: "512MiB" };

export function answersPing(engine: PrivateEngine, signal?: AbortSignal): Promise<boolean> {
  return pingEndpoint({ host: `unix://${engine.socket}`, from: "private engine" }, signal);
}

/** Starts dockerd detached from this process and waits until it answers. Leftovers of a dead one are removed first. */
export async function startDaemon(engine: PrivateEngine, signal?: AbortSignal): Promise<void> {
  await clearRun(engine);
  mkdirSync(engine.execRoot, { recursive: true });
  mkdirSync(engine.dataRoot, { recursive: true });
  const network = await raiseNetwork(engine);
  writeFileSync(engine.configFile, `${JSON.stringify(daemonConfig(engine, network), null, 2)}\n`);

  const log = openSync(engine.logFile, "w");
  try {
    const own = startContainerd(engine, log);
    const command = ["dockerd", "--config-file", engine.configFile, ...own] as const;
    await startDetached(command, { ...process.env, PATH: systemPath }, log, engine, signal);
  } catch (error) {
    await stopDaemon(engine);
    throw error;
  } finally {
    closeSync(log);
  }
}

/** Starts a daemon that outlives this process, and waits until the engine answers. One that does not is left to the caller. */
export async function startDetached(
  [program, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
  log: number,
  engine: PrivateEngine,
  signal?: AbortSignal,
): Promise<void> {
  const daemon = spawn(program, args, {
    cwd: "/",
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...env, ...fewCollections },
  });
  let end: string | undefined;
  daemon.on("error", (error) => {
    end = error.message;
  });
  daemon.on("exit", (code, signalName) => {
    end = `exit ${code ?? signalName}`;
  });
  daemon.unref();
  const deadline = performance.now() + startLimit;
  while (!(await answersPing(engine, signal))) {
    if (end === undefined && performance.now() < deadline && signal?.aborted !== true) {
      await delay(100);
      continue;
    }
    signal?.throwIfAborted();
    throw new ScriptError(describeLog(`the engine did not start (${end ?? "no answer"})`, engine.logFile), 3);
  }
}

/** Ends dockerd and what belongs to it, and takes its bridge, rules and run directory away. The data stays. */
export async function stopDaemon(engine: PrivateEngine): Promise<void> {
  await clearRun(engine);
  await lowerNetwork(engine);
}

/** Processes, mounts and run directory of a daemon that is to end or has died. */
async function clearRun(engine: PrivateEngine): Promise<void> {
  await endProcesses(engine);
  await removeTree(engine.runDirectory);
  await unmountBelow(engine.dataRoot);
}

/** All of dockerd's settings, so that the machine's own daemon.json is ignored. */
function daemonConfig(engine: PrivateEngine, network: EngineNetwork): object {
  return {
    hosts: [`unix://${engine.socket}`],
    "data-root": engine.dataRoot,
    "exec-root": engine.execRoot,
    pidfile: engine.pidFile,
    bridge: engine.bridge,
    iptables: false,
    "ip-masq": false,
    mtu: network.mtu,
    "default-address-pools": [{ base: network.pool, size: 24 }],
    "shutdown-timeout": 5,
  };
}

/** dockerd would share a containerd of the machine wherever that one's socket exists: then it gets one of its own. */
function startContainerd(engine: PrivateEngine, log: number): string[] {
  const shared = lstatSync("/run/containerd/containerd.sock", { throwIfNoEntry: false });
  if (shared === undefined) return [];
  const address = join(engine.execRoot, "containerd.sock");
  const config = join(engine.directory, "containerd.toml");
  writeFileSync(config, 'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n');
  const places = [
    "--root",
    join(engine.dataRoot, "containerd"),
    "--state",
    join(engine.execRoot, "containerd"),
  ];
  const child = spawn("containerd", ["--config", config, "--address", address, ...places], {
    cwd: "/",
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...process.env, PATH: systemPath, ...fewCollections },
  });
  child.on("error", () => undefined); // dockerd then reports that its containerd does not answer
  child.unref();
  return ["--containerd", address];
}
