// The built `sti` in a process of its own: everything it prints, how it ended, and how long that took.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { SessionEvent } from "@sti/core";
import type { SweepProject } from "./project.ts";

const BIN = new URL("../packages/cli/bin/sti.cjs", import.meta.url).pathname;

/** Time limits of a session, in milliseconds: without a signal, and after one. */
const LIMITS = { untouched: 90_000, signalled: 20_000 } as const;

export interface StiRun {
  readonly exitCode: number | null;
  /** The signal that ended it. */
  readonly endedBy: NodeJS.Signals | null;
  /** For people: the output of the plain reporter, then standard error. */
  readonly output: string;
  readonly events: readonly SessionEvent[];
  /** Milliseconds from its start. */
  readonly duration: number;
  /** The first signal that was sent to it, and the milliseconds from that to its end. */
  readonly signalled: { readonly signal: NodeJS.Signals; readonly duration: number } | undefined;
  /** It did not end by itself and was killed. */
  readonly isEndless: boolean;
}

export interface StiProcess {
  readonly pid: number;
  /** All so far. */
  readonly events: readonly SessionEvent[];
  /** For people, all so far. */
  readonly output: () => string;
  readonly hasEnded: () => boolean;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<StiRun>;
  /** The first event from `from` on that fits; undefined when the process ends or the limit (ms) passes before. */
  next(
    from: number,
    limit: number,
    fits: (event: SessionEvent) => boolean,
  ): Promise<SessionEvent | undefined>;
}

/** `host`: of the engine. `limit`: for a session that is to be long, in milliseconds. */
export function startSti(
  project: Pick<SweepProject, "cache" | "home" | "lane" | "project" | "tmp">,
  args: readonly string[],
  { host, limit = LIMITS.untouched }: { readonly host: string; readonly limit?: number },
): StiProcess {
  const { signal } = project.lane;
  const logs = mkdtempSync(join(project.lane.folder, "output-"));
  const plain = join(logs, "plain");
  const reporters = ["--reporter", "ndjson", "--reporter", "plain", "--output-file", `plain=${plain}`];
  const isSession = args[0] === "run" || args[0] === "watch";
  const child = spawn(process.execPath, [BIN, ...args, ...(isSession ? reporters : [])], {
    cwd: project.project,
    env: {
      PATH: process.env.PATH,
      NO_COLOR: "1",
      HOME: project.home,
      TMPDIR: project.tmp,
      XDG_CACHE_HOME: project.cache,
      DOCKER_HOST: host,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const events: SessionEvent[] = [];
  const waiting = new Set<() => void>();
  const started = performance.now();
  let [stderr, noise] = ["", ""];
  let hasEnded = false;
  let isEndless = false;
  let sent: { readonly signal: NodeJS.Signals; readonly at: number } | undefined;
  const wake = () => {
    for (const look of [...waiting]) look();
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    const event = parseEvent(line);
    if (event === undefined) noise += `${line}\n`;
    else events.push(event);
    wake();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const readOutput = () => `${existsSync(plain) ? readFileSync(plain, "utf8") : ""}${noise}${stderr}`;
  const giveUp = () => {
    isEndless = true;
    child.kill("SIGKILL");
  };
  let timer = setTimeout(giveUp, limit);
  const interrupt = () => child.kill("SIGKILL");
  signal.addEventListener("abort", interrupt);
  const ended = (async (): Promise<StiRun> => {
    const [exitCode, endedBy] = await closeOf(child);
    clearTimeout(timer);
    signal.removeEventListener("abort", interrupt);
    const now = performance.now();
    hasEnded = true;
    wake();
    const output = readOutput();
    rmSync(logs, { recursive: true });
    signal.throwIfAborted();
    return {
      exitCode,
      endedBy,
      output,
      events,
      duration: now - started,
      signalled: sent && { signal: sent.signal, duration: now - sent.at },
      isEndless,
    };
  })();
  // Rejects when the sweep is interrupted, maybe before anybody waits for it; who does gets the reason.
  ended.catch(() => {});
  return {
    pid: child.pid ?? 0,
    events,
    output: readOutput,
    hasEnded: () => hasEnded,
    kill: (name) => {
      if (hasEnded) return;
      child.kill(name);
      if (sent !== undefined) return;
      sent = { signal: name, at: performance.now() };
      clearTimeout(timer);
      timer = setTimeout(giveUp, LIMITS.signalled);
    },
    ended,
    next: (from, wait, fits) => {
      const { promise, resolve } = Promise.withResolvers<SessionEvent | undefined>();
      const finish = (event: SessionEvent | undefined) => {
        waiting.delete(look);
        clearTimeout(patience);
        resolve(event);
      };
      const look = () => {
        const found = events.slice(from).find(fits);
        if (found !== undefined || hasEnded) finish(found);
      };
      const patience = setTimeout(() => finish(undefined), wait);
      waiting.add(look);
      look();
      return promise;
    },
  };
}

function closeOf(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve([code, signal]));
  });
}

function parseEvent(line: string): SessionEvent | undefined {
  try {
    return JSON.parse(line) as SessionEvent;
  } catch {
    return undefined; // a line that was cut by the end of the process
  }
}
