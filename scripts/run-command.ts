// Runs other programs: quietly with output to a log file, or for their output. Aborting ends the whole process group.
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Interrupted, ScriptError } from "./run-script.ts";

/** Programs are looked for where packages put them, also when the caller's PATH is short. */
export const systemPath = `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;

export interface CommandOptions {
  /** Default: that of this process. */
  readonly cwd?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Runs a command with all its output appended to `logFile`; a failure shows the last 20 lines and names the file. */
export async function runLogged(
  command: readonly string[],
  logFile: string,
  options: CommandOptions = {},
): Promise<void> {
  const log = openSync(logFile, "a");
  try {
    const code = await ended(startGroup(command, ["ignore", log, log], options), options.signal);
    if (code !== 0) throw new ScriptError(describeLog(`${command.join(" ")} failed (${code})`, logFile), 4);
  } finally {
    closeSync(log);
  }
}

/** Runs a short command for its standard output; undefined when it failed or does not exist. */
export async function readCommand(
  command: readonly string[],
  options: CommandOptions = {},
): Promise<string | undefined> {
  const child = startGroup(command, ["ignore", "pipe", "ignore"], options);
  const chunks: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
  const code = await ended(child, options.signal);
  return code === 0 ? Buffer.concat(chunks).toString("utf8") : undefined;
}

/** Runs a short command that has to succeed; its error output becomes the message. */
export async function runShort(command: readonly string[], options: CommandOptions = {}): Promise<void> {
  await requireSuccess(startGroup(command, ["ignore", "ignore", "pipe"], options), command, options.signal);
}

/** Like `runShort`, with `input` as its standard input. The command's own failure comes before that of the input. */
export async function runFed(
  command: readonly string[],
  input: Readable,
  options: CommandOptions = {},
): Promise<void> {
  const child = startGroup(command, ["pipe", "ignore", "pipe"], options);
  if (child.stdin === null) throw new TypeError("no input to write to");
  // A command that ends early breaks the pipe (EPIPE); an input that breaks off ends the command early.
  const [written, read] = await Promise.allSettled([
    pipeline(input, child.stdin),
    requireSuccess(child, command, options.signal),
  ]);
  const inputFailed = written.status === "rejected" && !isBrokenPipe(written.reason);
  if (inputFailed) throw written.reason;
  if (read.status === "rejected") throw read.reason;
  if (written.status === "rejected")
    throw new ScriptError(`${command.join(" ")} read only a part of its input`, 4);
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EPIPE";
}

async function requireSuccess(
  child: ChildProcess,
  command: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const chunks: Buffer[] = [];
  child.stderr?.on("data", (chunk: Buffer) => chunks.push(chunk));
  const code = await ended(child, signal);
  const said = Buffer.concat(chunks).toString("utf8").trim();
  if (code !== 0) throw new ScriptError(`${command.join(" ")} failed (${code})${said && `: ${said}`}`, 4);
}

/** A headline, the last lines of a log and where to find the rest. */
export function describeLog(headline: string, logFile: string, lines = 20): string {
  const text = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-lines);
  return [`${headline}; the end of ${logFile}:`, ...text.map((line) => `  ${line}`)].join("\n");
}

/** Starts a command as its own process group, so that one signal reaches all it starts. */
export function startGroup(
  command: readonly string[],
  stdio: StdioOptions,
  options: CommandOptions = {},
): ChildProcess {
  options.signal?.throwIfAborted();
  const [program, ...args] = command;
  if (program === undefined) throw new TypeError("an empty command");
  const child = spawn(program, args, {
    cwd: options.cwd,
    stdio,
    env: { ...(options.env ?? process.env), PATH: systemPath },
    detached: true,
  });
  groups.add(child);
  return child;
}

const groups = new WeakSet<ChildProcess>();

/**
 * Waits for a child to end, with all its output; the result is its exit code, or the signal or error that ended it.
 * Aborting ends the child, waits for it, then rejects.
 */
export async function ended(child: ChildProcess, signal?: AbortSignal): Promise<number | string> {
  const stop = () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    if (groups.has(child)) {
      process.kill(-child.pid, "SIGTERM");
      return;
    }
    const reason: unknown = signal?.reason;
    const name = reason instanceof Interrupted ? reason.signal : "SIGTERM";
    // The terminal has given its Ctrl-C to the child already; a second one could mean "at once, without cleaning up".
    if (name !== "SIGINT" || !process.stdin.isTTY) child.kill(name);
  };
  signal?.addEventListener("abort", stop);
  try {
    const { promise, resolve } = Promise.withResolvers<number | string>();
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, ending) => resolve(code ?? ending ?? "ended"));
    const result = await promise;
    signal?.throwIfAborted();
    return result;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}
