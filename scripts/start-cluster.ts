// A queue, a registry, two engines and a worker for each, on this machine.
import { spawn } from "node:child_process";
import { mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { startPostgres, startRedis } from "@sti/testing/queue-server";
import { startRegistry } from "@sti/testing/registry";
import { ensureBaseImage } from "./base-image.ts";
import { startPrivateEngine, stopPrivateEngine } from "./dev-engine.ts";
import { root } from "./ensure-built.ts";
import { besideEngine, privateEngine, privateEngineHost } from "./private-engine.ts";
import { ended } from "./run-command.ts";
import { ScriptError } from "./run-script.ts";

export type QueueKind = "redis" | "postgres";

export interface ClusterOptions {
  readonly queue: QueueKind;
  /** Of each worker. */
  readonly slots: string;
  readonly signal: AbortSignal;
}

export interface ClusterWorker {
  readonly name: string;
  /** Address of its engine. */
  readonly host: string;
  /** File. */
  readonly log: string;
  /** Resolves when its process has ended. */
  readonly ended: Promise<unknown>;
}

export interface Cluster {
  /** Address of the queue. */
  readonly queue: string;
  /** "HOST:PORT" */
  readonly registry: string;
  readonly workers: readonly ClusterWorker[];
  /** Starts one more engine, without a worker. Resolves to its address. */
  startEngine(name: string): Promise<string>;
  /** Ends and removes all of it. */
  close(): Promise<void>;
}

/** The program as a command line. */
export const STI = [process.execPath, join(root, "packages/cli/bin/sti.cjs")] as const;

export async function startCluster({ queue, signal, slots }: ClusterOptions): Promise<Cluster> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const one of closing.splice(0)) await one();
  };
  const startEngine = async (name: string): Promise<string> => {
    const env = engineOf(name);
    closing.push(() => stopPrivateEngine({ env, purge: true }));
    const engine = await startPrivateEngine({ env, signal });
    await ensureBaseImage({ ...engine, signal });
    return engine.host;
  };
  try {
    // Ctrl-C reaches all processes of the terminal's group: the servers have to outlive the workers, which drain.
    const registry = await startRegistry({ detached: true });
    closing.unshift(() => registry.close());
    const server = await (queue === "redis"
      ? startRedis({ detached: true })
      : startPostgres(migrate, { detached: true }));
    closing.unshift(() => server.close());
    const engines = ["1", "2"] as const;
    for (const number of engines) await startEngine(number);
    const workers = engines.map((number) =>
      startWorker(`worker-${number}`, engineOf(number), server.url, slots),
    );
    closing.unshift(...workers.map(({ stop }) => stop));
    return { queue: server.url, registry: registry.address, workers, startEngine, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Engines beside the development engine. */
function engineOf(name: string): NodeJS.ProcessEnv {
  return { ...process.env, ...besideEngine(`cluster${name}`) };
}

function startWorker(name: string, engine: NodeJS.ProcessEnv, url: string, slots: string) {
  const host = privateEngineHost(engine);
  const home = join(privateEngine(engine).directory, "worker");
  mkdirSync(home, { recursive: true });
  const log = join(home, "log");
  const out = openSync(log, "w");
  const [program, ...words] = STI;
  const child = spawn(
    program,
    [...words, "worker", "--on", url, "--name", name, "--slots", slots, "--allow-unsigned"],
    {
      stdio: ["ignore", out, out],
      env: { ...process.env, DOCKER_HOST: host, XDG_CACHE_HOME: home },
      detached: true,
    },
  );
  const end = ended(child, new AbortController().signal);
  const stop = async () => {
    child.kill("SIGTERM");
    await end;
  };
  return { name, host, log, ended: end, stop };
}

/** Makes the tables of a queue. */
async function migrate(url: string): Promise<void> {
  const [program, ...words] = STI;
  const init = spawn(program, [...words, "queue", "init", "--on", url], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if ((await ended(init)) !== 0) throw new ScriptError("sti queue init failed", 1);
}
