// Runs the built `sti watch` in a process of its own, and lets a test wait for its events.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { SessionEvent } from "@sti/core";
import { onTestFinished } from "vitest";
import { checkDocument } from "./json-documents.ts";

const BIN = new URL("../../cli/bin/sti.cjs", import.meta.url).pathname;

export type EventOf<Type extends SessionEvent["type"]> = Extract<SessionEvent, { type: Type }>;

export interface CliWatch {
  /** All events so far. */
  readonly events: readonly SessionEvent[];
  /** The next event of the type that fits, after the one that was waited for last. Rejects when none comes. */
  until<Type extends SessionEvent["type"]>(
    type: Type,
    fits?: (event: EventOf<Type>) => boolean,
  ): Promise<EventOf<Type>>;
  /** Events after the one that was waited for before the last one, up to the last one. */
  since(): readonly SessionEvent[];
  readonly pid: number;
  /** Sends the signal, and resolves when the process has ended. */
  stop(signal?: NodeJS.Signals): Promise<{ readonly exitCode: number | null; readonly stderr: string }>;
}

export interface CliWatchOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Time limit of a test for one event, in milliseconds. */
const LIMIT = 60_000;

/** Killed when the test ends, if it was not stopped before. The test fails if an event differs from its schema. */
export function watchSti(args: readonly string[], { cwd, env }: CliWatchOptions): CliWatch {
  const child = spawn(process.execPath, [BIN, "watch", "--reporter", "ndjson", ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const events: SessionEvent[] = [];
  const waiting = new Set<() => void>();
  let stderr = "";
  let hasEnded = false;
  let [earlier, last] = [0, 0];
  const recent = () => [...events.slice(-30).map((event) => JSON.stringify(event)), stderr].join("\n");
  const wake = () => {
    for (const call of waiting) call();
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    events.push(JSON.parse(line) as SessionEvent);
    wake();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => {
      hasEnded = true;
      wake();
      resolve(exitCode);
    });
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
    for (const event of events) checkDocument("event", event);
  });
  return {
    events,
    pid: child.pid ?? 0,
    until: (type, fits = () => true) =>
      new Promise((resolve, reject) => {
        const limit = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`no ${type} came in ${LIMIT / 1000} s:\n${recent()}`));
        }, LIMIT);
        const look = () => {
          const found = events.findIndex(
            (event, index) => index >= last && event.type === type && fits(event as EventOf<typeof type>),
          );
          if (found === -1 && !hasEnded) return;
          waiting.delete(look);
          clearTimeout(limit);
          if (found === -1) {
            reject(new Error(`sti watch ended before ${type}:\n${recent()}`));
            return;
          }
          [earlier, last] = [last, found + 1];
          resolve(events[found] as EventOf<typeof type>);
        };
        waiting.add(look);
        look();
      }),
    since: () => events.slice(earlier, last),
    async stop(signal = "SIGINT") {
      child.kill(signal);
      return { exitCode: await ended, stderr };
    },
  };
}
