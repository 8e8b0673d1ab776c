// Finds and ends the processes of the private engine, recognized by command lines that name its own places: never by a
// pid file, which may be stale, nor by a program's name, which other engines share.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { PrivateEngine } from "./private-engine.ts";

/** Time limit for a daemon to end on request, in milliseconds. */
const stopLimit = 30_000;

/** Ends dockerd, which ends its containers; then running leftovers of an earlier dockerd. */
export async function endProcesses(engine: PrivateEngine): Promise<void> {
  const daemon = (words: readonly string[]) => runs(words, /^dockerd$/) && words.includes(engine.configFile);
  const containerd = (words: readonly string[]) => runs(words, /^containerd$/) && isOwn(engine, words);
  const shim = (words: readonly string[]) => runs(words, /^containerd-shim/) && isOwn(engine, words);
  await end(() => withCommand(daemon), "SIGTERM");
  await end(() => withDescendants(withCommand(shim)), "SIGKILL");
  await end(() => withCommand(containerd), "SIGTERM");
}

function runs(words: readonly string[], program: RegExp): boolean {
  return program.test(words[0]?.split("/").at(-1) ?? "");
}

function isOwn(engine: PrivateEngine, words: readonly string[]): boolean {
  return words.some((word) => word.startsWith(`${engine.execRoot}/`));
}

async function end(find: () => number[], signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  const deadline = performance.now() + stopLimit;
  let found = find();
  for (const pid of found) sendSignal(pid, signal);
  while (found.length > 0) {
    await delay(50); // they are no children of ours: their end is not reported
    found = find();
    if (performance.now() > deadline) for (const pid of found) sendSignal(pid, "SIGKILL");
  }
}

/** Living processes whose command line fits; a zombie has none. */
function withCommand(fits: (words: readonly string[]) => boolean): number[] {
  return processIds().filter((pid) => {
    const words = readProcess(pid, "cmdline").split("\0").filter(Boolean);
    return words.length > 0 && fits(words);
  });
}

/** The processes given and all that they started, except zombies. */
function withDescendants(roots: readonly number[]): number[] {
  const tree = new Set(roots);
  const rows = processIds().flatMap((pid) => {
    // "pid (name) state parent …", where the name may hold anything
    const [state, parent] = readProcess(pid, "stat")
      .replace(/^.*\) /s, "")
      .split(" ");
    return state === undefined || state === "Z" ? [] : [{ pid, parent: Number(parent) }];
  });
  for (let before = -1; before !== tree.size; ) {
    before = tree.size;
    for (const { pid, parent } of rows) if (tree.has(parent)) tree.add(pid);
  }
  return [...tree];
}

function processIds(): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => pid !== process.pid);
}

function readProcess(pid: number, file: "cmdline" | "stat"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return ""; // ended while the list was read
  }
}

/** Sends a signal; a process that has ended is no error. */
export function sendSignal(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
