// One engine of the sweep's own, in memory, with a registry and a folder beside it. All of it goes away with the lane.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Registry, startRegistry } from "@sti/testing/registry";
import { startPrivateEngine, stopPrivateEngine } from "../scripts/dev-engine.ts";
import { privateEngine } from "../scripts/private-engine.ts";
import { removeTree } from "../scripts/remove-tree.ts";
import { runShort } from "../scripts/run-command.ts";
import { importImages } from "./import-images.ts";

export interface Lane {
  /** "unix:///…": the engine itself. */
  readonly host: string;
  /** Path of its socket. */
  readonly socket: string;
  readonly registry: Registry;
  /** Absolute; for projects, sockets and logs. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Kills the engine's daemon as a crash does. */
  killEngine(): void;
  /** Brings the engine back after a kill. */
  restartEngine(): Promise<void>;
  /** Leaves so many kilobytes free on the engine's disk until the result is called. */
  fillEngine(free: number): () => void;
  close(): Promise<void>;
}

const PREFIX = "sti-sweep-";
const DATA = "/var/lib";
const RUN = "/run";

export async function openLane(number: number, signal: AbortSignal): Promise<Lane> {
  const name = `${PREFIX}${process.pid}-${number}`;
  const env = environmentOf(name);
  const engine = privateEngine(env);
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  let registry: Registry | undefined;
  const close = async () => {
    await registry?.close();
    await stopPrivateEngine({ env, purge: true });
    await removeTree(folder);
  };
  try {
    mkdirSync(engine.directory, { recursive: true });
    await runShort(["mount", "-t", "tmpfs", "-o", "size=768m", PREFIX, engine.directory]);
    const { host } = await startPrivateEngine({ env, signal });
    registry = await startRegistry();
    await importImages(host);
    return {
      host,
      socket: engine.socket,
      registry,
      folder,
      signal,
      killEngine: () => process.kill(Number(readFileSync(engine.pidFile, "utf8")), "SIGKILL"),
      restartEngine: async () => {
        await startPrivateEngine({ env, signal });
      },
      fillEngine: (free) => {
        const filler = join(engine.directory, "filler");
        const { bavail, bsize } = statfsSync(engine.directory);
        writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - free * 1024)));
        return () => {
          truncateSync(filler);
          rmSync(filler);
        };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Ends engines of sweeps that were killed. */
export async function removeDeadLanes(): Promise<void> {
  const names = [...readdirSync(DATA), ...readdirSync(RUN)].filter((name) => name.startsWith(PREFIX));
  for (const name of new Set(names)) {
    const pid = Number(/^sti-sweep-(\d+)-/.exec(name)?.[1]);
    if (isAlive(pid)) continue;
    await stopPrivateEngine({ env: environmentOf(name), purge: true });
  }
}

function environmentOf(name: string): NodeJS.ProcessEnv {
  return { ...process.env, STI_ENGINE_DIR: join(DATA, name), STI_ENGINE_RUN: join(RUN, name) };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
