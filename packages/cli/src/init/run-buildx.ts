// Runs docker's plugin buildx, which evaluates bake files without an engine. It gets files and variables from sti alone.
import { spawn } from "node:child_process";

export interface BuildxOptions {
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly timeLimit: number;
}

/** `problem`: in words, one line. */
export type BuildxOutput = { readonly output: string } | { readonly problem: string };

/** Variables with which docker finds its plugins; other variables would set those of a bake file. */
export const KEPT_VARIABLES = [
  "PATH",
  "HOME",
  "DOCKER_CONFIG",
  "SSH_AUTH_SOCK",
  "TMPDIR",
  ...[
    "APPDATA",
    "LOCALAPPDATA",
    "PATHEXT",
    "ProgramData",
    "ProgramFiles",
    "SystemRoot",
    "TEMP",
    "USERPROFILE",
  ],
];

/** Bytes. */
const LONGEST_OUTPUT = 4 * 1024 ** 2;
/** Characters. */
const LONGEST_WORDS = 64 * 1024;

/** Rejects with the signal's reason; then nothing of it runs any more. */
export async function runBuildx(args: readonly string[], options: BuildxOptions): Promise<BuildxOutput> {
  const { cwd, env, signal, timeLimit } = options;
  signal.throwIfAborted();
  // In a group of its own: the plugin is a process that docker starts, and does not end with it.
  const child = spawn("docker", ["buildx", ...args], {
    cwd,
    env: { ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
  });
  let problem: string | undefined;
  const end = (reason?: string) => {
    problem ??= reason;
    endGroup(child.pid);
  };
  const abort = () => end();
  signal.addEventListener("abort", abort, { once: true });
  const timer = setTimeout(() => end(`docker did not answer within ${timeLimit / 1000} s`), timeLimit);
  const chunks: Buffer[] = [];
  let length = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length > LONGEST_OUTPUT) end("docker printed more than 4 MiB");
    else chunks.push(chunk);
  });
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-LONGEST_WORDS);
  });
  try {
    const { promise, resolve } = Promise.withResolvers<number | string>();
    child.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    child.once("close", (code, ending) => resolve(code ?? ending ?? "ended"));
    const code = await promise;
    signal.throwIfAborted();
    if (problem !== undefined) return { problem };
    return code === 0 ? { output: Buffer.concat(chunks).toString() } : { problem: wordsOf(words, code) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch (error) {
    // It ended by itself just now.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** docker without the plugin takes its name for a command of its own, in words of each version. */
function wordsOf(words: string, code: number | string): string {
  if (code === "ENOENT") return "docker is not installed";
  if (/not a docker command|unknown (?:docker )?command|unrecognized command/.test(words))
    return "docker has no plugin buildx";
  const error = /^ERROR: (.*)$/m.exec(words)?.[1] ?? words.trim().split("\n").at(-1) ?? "";
  return error.trim() === "" ? `docker failed (${code})` : error.trim();
}
