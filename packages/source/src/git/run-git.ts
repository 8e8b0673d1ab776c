// Runs the system's git. It works in a git directory that sti wrote, or in none, and never in one that it finds: all that
// a repository's config can have git run is in none of sti's (see open-repository.ts). Arguments are fixed words,
// commits, paths and checked addresses.
import { type ChildProcess, spawn } from "node:child_process";
import {
  fixedSettings,
  localEnvironment,
  NO_REPOSITORY,
  remoteEnvironment,
  userEnvironment,
} from "./git-environment.ts";
import type { GitSetting } from "./parse-git-config.ts";

export class GitError extends Error {
  /** Distinguishes errors of git from those about an archive. */
  readonly code = "GIT";
  /** Error output of git. */
  readonly output: string;
  constructor(output: string) {
    super(output);
    this.name = "GitError";
    this.output = output;
  }
}

export interface GitOptions {
  /** A git directory that sti wrote. Left out: none. */
  readonly repository?: string | undefined;
  /** More variables for git. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /** Absolute. Default: the root. */
  readonly cwd?: string | undefined;
  readonly input?: string | undefined;
  /** Whether a repository on this machine may be read as a remote one. */
  readonly local?: boolean;
  /** For a repository elsewhere: the user's settings, from readUserGitConfig. */
  readonly remote?: readonly GitSetting[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

const TIMEOUT = 15 * 60 * 1000;
const LONGEST_OUTPUT = 256 * 1024 * 1024;
const LONGEST_WORDS = 64 * 1024;

/** Output of git. Rejects with GitError, or the signal's reason; then nothing of it runs any more. */
export async function runGit(args: readonly string[], options: GitOptions = {}): Promise<Buffer> {
  const { remote } = options;
  const env = remote === undefined ? localEnvironment() : remoteEnvironment(remote);
  return await collect([...fixedSettings(options), ...args], env, options);
}

/** A git that is asked and answers through its pipes. */
export function startGit(args: readonly string[], repository: string): ChildProcess {
  const env = { ...localEnvironment(), GIT_DIR: repository };
  return spawn("git", [...fixedSettings({}), ...args], { env, cwd: "/", stdio: ["pipe", "pipe", "ignore"] });
}

/** The settings of the user, the system and the environment, in git's order: the last of a name counts. */
export async function readUserGitConfig(signal: AbortSignal | undefined): Promise<readonly GitSetting[]> {
  const output = await collect(["config", "--list", "--show-scope", "-z"], userEnvironment(), { signal });
  const fields = output.toString().split("\0");
  const found: GitSetting[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [scope = "", setting = ""] = fields.slice(index, index + 2);
    const [, name = "", value = "true"] = /^([^\n]*)(?:\n([\s\S]*))?$/.exec(setting) ?? [];
    if (/^(?:system|global|command)$/.test(scope)) found.push([name, value]);
  }
  return found;
}

async function collect(
  args: readonly string[],
  own: NodeJS.ProcessEnv,
  { cwd = "/", input, repository = NO_REPOSITORY, signal, variables }: GitOptions,
): Promise<Buffer> {
  signal?.throwIfAborted();
  // In a group of its own, which is ended as a whole: git's helpers, ssh among them, do not end with it by themselves.
  // Nor has it a terminal there that a helper could ask on.
  const git = spawn("git", args, {
    env: { ...own, ...variables, GIT_DIR: repository },
    cwd,
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    detached: true,
  });
  const { stderr, stdin, stdout } = git;
  if (stdout === null || stderr === null) throw new Error("git has no pipes");
  // That git ended early is seen in its answer.
  stdin?.on("error", () => undefined).end(input);
  let problem: string | undefined;
  const end = (why?: string) => {
    problem ??= why;
    if (git.pid !== undefined) killGroup(git.pid);
  };
  const abort = () => end();
  signal?.addEventListener("abort", abort, { once: true });
  const timer = setTimeout(() => end("it took longer than 15 minutes"), TIMEOUT);
  const output: Buffer[] = [];
  let length = 0;
  stdout.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length > LONGEST_OUTPUT) end("it printed more than 256 MB");
    else output.push(chunk);
  });
  let words = "";
  stderr.on("data", (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-LONGEST_WORDS);
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      git.once("error", reject).once("close", resolve);
    });
    signal?.throwIfAborted();
    if (code === 0 && problem === undefined) return Buffer.concat(output);
    throw new GitError(problem ?? wordsOf(words, code));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT")
      throw new GitError("the program git is not installed");
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch (error) {
    // It ended by itself just now.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** The last lines; a server may have sent git on to an address with a password in it. */
function wordsOf(words: string, code: number | null): string {
  const lines = words.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0) return code === null ? "git was ended" : `git exited with ${code}`;
  return lines
    .slice(-10)
    .join("\n")
    .replace(/:\/\/[^/@\s']*@/g, "://");
}
