// Runs the system's git with nothing of its user's config: no hooks, no filters, no prompts, and only the protocols that
// are allowed here. Who asks a repository elsewhere does so as the user: with their credential helpers and certificates.
// Arguments are fixed words, commits and checked addresses.
import { type ChildProcess, spawn } from "node:child_process";

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
  /** Whether a repository elsewhere is asked, with the user's credentials. */
  readonly remote?: boolean;
  readonly signal?: AbortSignal | undefined;
}

const TIMEOUT = 15 * 60 * 1000;
const LONGEST_OUTPUT = 256 * 1024 * 1024;
const LONGEST_WORDS = 64 * 1024;

/** What git prints. Rejects with GitError, or the signal's reason; then nothing of it runs any more. */
export async function runGit(args: readonly string[], options: GitOptions = {}): Promise<Buffer> {
  const { remote, signal } = options;
  const env = remote === true ? remoteEnvironment(await readUserSettings(signal)) : environment();
  return await collect([...settings(options), ...args], { env, signal });
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

async function collect(
  args: readonly string[],
  {
    env,
    cwd,
    signal,
  }: { readonly env: NodeJS.ProcessEnv; readonly cwd?: string; readonly signal?: AbortSignal | undefined },
): Promise<Buffer> {
  signal?.throwIfAborted();
  // In a group of its own, which is ended as a whole: git's helpers, ssh among them, do not end with it by themselves.
  // Nor has it a terminal there that a helper could ask on.
  const git = spawn("git", args, { env, cwd, stdio: ["ignore", "pipe", "pipe"], detached: true });
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
  git.stdout.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length > LONGEST_OUTPUT) end("it printed more than 256 MB");
    else output.push(chunk);
  });
  let words = "";
  git.stderr.on("data", (chunk: Buffer) => {
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

/** Of the user's config, what opens repositories to them: helpers that know passwords, certificates, proxies. */
const USER_SETTING = /^(?:credential\..*|http\.(?:.*\.)?(?:sslcainfo|sslcapath|proxy))$/is;

type Setting = readonly [name: string, value: string];

/** From the user's and the system's files and the environment; what a repository says, and be it this one, is not asked. */
async function readUserSettings(signal: AbortSignal | undefined): Promise<readonly Setting[]> {
  const env = { ...process.env, LC_ALL: "C" };
  const output = await collect(["config", "--list", "--show-scope", "-z"], { env, cwd: "/", signal });
  const [...fields] = output.toString().split("\0");
  const found: Setting[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [scope, setting = ""] = fields.slice(index, index + 2);
    const [, name = "", value = "true"] = /^([^\n]*)(?:\n([\s\S]*))?$/.exec(setting) ?? [];
    if (/^(?:system|global|command)$/.test(scope ?? "") && USER_SETTING.test(name)) found.push([name, value]);
  }
  return found;
}

/** Helpers find what they know by the user's own variables; those of git itself stay behind. */
function remoteEnvironment(settings: readonly Setting[]): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^GIT_/i.test(name));
  // As variables: a helper's line may have a secret in it, and arguments can be seen by everybody.
  const given = settings.flatMap(([name, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, name] as const,
    [`GIT_CONFIG_VALUE_${index}`, value] as const,
  ]);
  return {
    ...Object.fromEntries(own),
    ...taken(),
    ...FIXED,
    GCM_INTERACTIVE: "never",
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(given),
  };
}

/** Taken over from the user: the way to the network, the agent that has the keys, whose certificates to trust. */
const PASSED = [
  "PATH",
  "SSH_AUTH_SOCK",
  ...["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()]),
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "GIT_SSL_CAINFO",
  "GIT_SSL_CAPATH",
];

function environment(): NodeJS.ProcessEnv {
  return { ...taken(), ...FIXED, HOME: "/dev/null", XDG_CONFIG_HOME: "/dev/null" };
}

function taken(): NodeJS.ProcessEnv {
  const found = PASSED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(found);
}

const FIXED = {
  LC_ALL: "C",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ASKPASS: "/bin/false",
  SSH_ASKPASS: "/bin/false",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_SSH_VARIANT: "ssh",
  GIT_SSH_COMMAND: [
    "ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=30",
    "-o ServerAliveInterval=15 -o ServerAliveCountMax=4",
  ].join(" "),
};

/** The last lines; a server may have sent git on to an address with a password in it. */
function wordsOf(words: string, code: number | null): string {
  const lines = words.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0) return code === null ? "git was ended" : `git exited with ${code}`;
  return lines
    .slice(-10)
    .join("\n")
    .replace(/:\/\/[^/@\s']*@/g, "://");
}
