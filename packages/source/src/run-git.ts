// Runs the system's git with nothing of its user's: no config, no hooks, no helpers, no prompts, and only the
// protocols that are allowed here. Its arguments are fixed words, commits and checked addresses.
import { type ChildProcess, execFile, spawn } from "node:child_process";

export class GitError extends Error {
  /** So that nobody takes what git says for a word about an archive. */
  readonly code = "GIT";
  /** What git said. */
  readonly output: string;
  constructor(output: string) {
    super(output);
    this.name = "GitError";
    this.output = output;
  }
}

export interface GitOptions {
  /** Whether a repository on this machine may be read as a remote one. */
  readonly local?: boolean;
  readonly signal?: AbortSignal | undefined;
}

const TIMEOUT = 15 * 60 * 1000;
const LONGEST_OUTPUT = 256 * 1024 * 1024;

/** What git prints. Rejects with GitError, or the signal's reason. */
export async function runGit(args: readonly string[], options: GitOptions = {}): Promise<Buffer> {
  const { signal } = options;
  signal?.throwIfAborted();
  return await new Promise((resolve, reject) => {
    execFile(
      "git",
      [...settings(options), ...args],
      { env: environment(), encoding: "buffer", maxBuffer: LONGEST_OUTPUT, timeout: TIMEOUT, signal },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else if (signal?.aborted === true) reject(signal.reason);
        else reject(new GitError(wordsOf(error, stderr.toString())));
      },
    );
  });
}

/** A git that is asked and answers through its pipes. */
export function startGit(args: readonly string[]): ChildProcess {
  return spawn("git", [...settings({}), ...args], { env: environment(), stdio: ["pipe", "pipe", "ignore"] });
}

function settings({ local }: GitOptions): readonly string[] {
  return [
    "protocol.allow=never",
    "protocol.https.allow=always",
    "protocol.ssh.allow=always",
    `protocol.file.allow=${local === true ? "always" : "never"}`,
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "credential.helper=",
    "fetch.fsckObjects=true",
    // Blemishes of old programs that do no harm.
    "fetch.fsck.zeroPaddedFilemode=ignore",
    "fetch.fsck.badTimezone=ignore",
    "fetch.fsck.missingSpaceBeforeDate=ignore",
    "http.followRedirects=initial",
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=60",
    "submodule.recurse=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "advice.detachedHead=false",
  ].flatMap((setting) => ["-c", setting]);
}

/** Taken over from the user: the way to the network, the agent that has the keys, whose certificates to trust. */
const PASSED = [
  "PATH",
  "SSH_AUTH_SOCK",
  ...["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()]),
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "GIT_SSL_CAINFO",
];

function environment(): NodeJS.ProcessEnv {
  const passed = PASSED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(passed),
    LC_ALL: "C",
    HOME: "/dev/null",
    XDG_CONFIG_HOME: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "/bin/false",
    SSH_ASKPASS: "/bin/false",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_SSH_VARIANT: "ssh",
    GIT_SSH_COMMAND: "ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=30",
  };
}

function wordsOf(error: Error & { code?: unknown; killed?: boolean }, stderr: string): string {
  if (error.code === "ENOENT") return "the program git is not installed";
  if (error.killed === true) return "it took longer than 15 minutes";
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  return lines.length === 0 ? error.message : lines.slice(-10).join("\n");
}
