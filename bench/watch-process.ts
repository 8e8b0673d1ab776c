// A running `sti watch`: its events as they come, and the process's resources. Knows nothing of the measurements.
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { stiCommand } from "./sti-command.ts";

/** An event as docs/events.md has it, and when its line was read. */
export interface WatchEvent {
  readonly type: string;
  readonly target?: string;
  readonly outcome?: string;
  readonly step?: string;
  readonly message?: string;
  /** Milliseconds, by performance.now(). */
  readonly readAt: number;
}

export interface WatchProcess {
  readonly pid: number;
  /** The next event that is one of these, from those that were not awaited yet. Rejects when the process ends. */
  next(isIt: (event: WatchEvent) => boolean): Promise<WatchEvent>;
  /** Nothing that came so far counts. */
  clear(): void;
  stop(): Promise<void>;
}

export function startWatch(options: {
  readonly folder: string;
  readonly host: string;
  readonly signal: AbortSignal;
  readonly args?: readonly string[];
}): WatchProcess {
  const [program = "", ...args] = stiCommand("watch", "--reporter", "ndjson", ...(options.args ?? []));
  const child = spawn(program, args, {
    cwd: options.folder,
    env: { ...process.env, DOCKER_HOST: options.host },
    stdio: ["pipe", "pipe", "pipe"],
    signal: options.signal,
  });
  const events: WatchEvent[] = [];
  const waiting = new Set<() => void>();
  const look = () => {
    for (const check of [...waiting]) check();
  };
  const errors: string[] = [];
  let ended: Error | undefined;
  const end = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    events.push({ ...(JSON.parse(line) as Omit<WatchEvent, "readAt">), readAt: performance.now() });
    look();
  });
  createInterface({ input: child.stderr }).on("line", (line) => errors.push(line));
  child.once("error", (error) => finish(error));
  child.once("close", (code) => finish(new Error(`sti watch ended with ${code}: ${errors.join("\n")}`)));
  const finish = (error: Error) => {
    ended ??= error;
    end.resolve();
    look();
  };
  return {
    pid: child.pid ?? 0,
    next: (isIt) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const index = events.findIndex(isIt);
          const found = events[index];
          if (found === undefined && ended === undefined) return;
          waiting.delete(check);
          if (found === undefined) reject(ended);
          else {
            events.splice(0, index + 1);
            resolve(found);
          }
        };
        waiting.add(check);
        check();
      }),
    clear: () => {
      events.length = 0;
    },
    stop: () => stop(child, end.promise),
  };
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill("SIGTERM");
  await ended;
}

/** Milliseconds of processor time that a process took so far, without those it started. */
export function cpuOf(pid: number): number {
  const [, after = ""] = /^\d+ \(.*\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
  const fields = after.split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  return ticks * 10;
}

/** Megabytes of memory, and how many files are open. */
export function sizeOf(pid: number): { readonly memory: number; readonly files: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return {
    memory: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1000,
    files: readdirSync(`/proc/${pid}/fd`).length,
  };
}
