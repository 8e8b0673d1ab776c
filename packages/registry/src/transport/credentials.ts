// Owns who we are to a registry: docker's own config file and its credential helpers, read afresh for each use.
// Leaves the sending to its callers. A secret is never part of an error.
import { spawn } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import { FileProblem, readSmallFile } from "@sti/files";
import { findConfigProblem } from "./docker-config-shape.ts";
import { asObject, asText, type Json } from "./json-fields.ts";

/** Credentials that the engine passes to a registry; names are those of the engine's API. */
export type RegistryCredentials =
  | { readonly username: string; readonly password: string; readonly serveraddress: string }
  | { readonly identitytoken: string; readonly serveraddress: string }
  | { readonly registrytoken: string; readonly serveraddress: string };

/** Inputs of the search; each defaults to the process's own value. */
export interface CredentialsOptions {
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly homeDirectory?: string | undefined;
  /** Time limit for a credential helper, in milliseconds. */
  readonly helperLimit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The config file or a helper cannot be used. The message is for people and has no secret in it. */
export class CredentialsError extends Error {
  override readonly name = "CredentialsError";
}

/** Docker Hub's name in docker's config, for historical reasons. */
const HUB = "https://index.docker.io/v1/";

/** Bytes. */
const LARGEST_CONFIG = 4 * 1024 ** 2;

/** A helper may ask its user for a key. */
const HELPER_LIMIT = 30_000;

/** Docker's credentials for a registry: `credHelpers`, else `credsStore`, else `auths`; undefined if there are none. */
export async function readCredentials(
  registry: string,
  options: CredentialsOptions = {},
): Promise<RegistryCredentials | undefined> {
  const env = options.env ?? process.env;
  const directory = env.DOCKER_CONFIG || join(options.homeDirectory ?? homedir(), ".docker");
  const config = await readConfig(join(directory, "config.json"), options.signal);
  const address = registry === "docker.io" ? HUB : registry;
  const helpers = asObject(config.credHelpers);
  // An empty helper of a registry means that its credentials are written down, whatever the store is.
  const own = [registry, address].find((name) => Object.hasOwn(helpers, name));
  const helper = asText(own === undefined ? config.credsStore : helpers[own]);
  if (helper !== "") return await askHelper(helper, address, { ...options, env });
  return readEntry(findEntry(asObject(config.auths), registry, address), address);
}

async function readConfig(file: string, signal: AbortSignal | undefined): Promise<Json> {
  let text: string;
  try {
    text = (await readSmallFile(file, { limit: LARGEST_CONFIG, signal })).toString();
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    if (error.kind === "missing") return {};
    throw new CredentialsError(error.message);
  }
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    throw new CredentialsError(`${file} is not JSON`); // the parser's own words quote the file
  }
  const problem = findConfigProblem(config, ["auths", "credHelpers", "credsStore"]);
  if (problem !== undefined) throw new CredentialsError(`${file} cannot be used: ${problem}`);
  return asObject(config);
}

/** Keys are host names; older ones are addresses with scheme and path. */
function findEntry(auths: Json, registry: string, address: string): Json {
  const exact = auths[address] ?? auths[registry];
  if (exact !== undefined) return asObject(exact);
  const hostOf = (key: string) => key.replace(/^https?:\/\//, "").split("/")[0];
  const key = Object.keys(auths).find((name) => hostOf(name) === registry);
  return key === undefined ? {} : asObject(auths[key]);
}

function readEntry(entry: Json, serveraddress: string): RegistryCredentials | undefined {
  const identitytoken = asText(entry.identitytoken);
  if (identitytoken !== "") return { identitytoken, serveraddress };
  const registrytoken = asText(entry.registrytoken);
  if (registrytoken !== "") return { registrytoken, serveraddress };
  const pair = Buffer.from(asText(entry.auth), "base64").toString("utf8").replace(/\0+$/, "");
  const colon = pair.indexOf(":");
  if (colon > 0) return { username: pair.slice(0, colon), password: pair.slice(colon + 1), serveraddress };
  const username = asText(entry.username);
  return username === "" ? undefined : { username, password: asText(entry.password), serveraddress };
}

/** Docker's protocol: the address on stdin, JSON on stdout. */
async function askHelper(
  name: string,
  serveraddress: string,
  options: CredentialsOptions & { readonly env: NonNullable<CredentialsOptions["env"]> },
): Promise<RegistryCredentials | undefined> {
  const program = `docker-credential-${name}`;
  if (!/^[A-Za-z0-9._-]+$/.test(name)) throw new CredentialsError(`${program} is not a name of a program`);
  const { code, stdout, stderr } = await runHelper(program, serveraddress, options);
  if (code !== 0) {
    if (/credentials not found/i.test(stdout)) return undefined;
    const said = stderr.trim().slice(0, 2000);
    throw new CredentialsError(`${program} failed (${code})${said === "" ? "" : `: ${said}`}`);
  }
  let answer: Json;
  try {
    answer = asObject(JSON.parse(stdout));
  } catch {
    throw new CredentialsError(`${program} answered with something that is not JSON`);
  }
  const [username, secret] = [asText(answer.Username), asText(answer.Secret)];
  if (secret === "") return undefined;
  return username === "<token>"
    ? { identitytoken: secret, serveraddress }
    : { username, password: secret, serveraddress };
}

async function runHelper(
  program: string,
  input: string,
  options: CredentialsOptions & { readonly env: NonNullable<CredentialsOptions["env"]> },
): Promise<{ readonly code: number | string; readonly stdout: string; readonly stderr: string }> {
  const { helperLimit = HELPER_LIMIT, signal } = options;
  signal?.throwIfAborted();
  const limit = AbortSignal.timeout(helperLimit);
  const either = signal === undefined ? limit : AbortSignal.any([signal, limit]);
  const { promise, resolve, reject } = Promise.withResolvers<number | string>();
  const child = spawn(program, ["get"], { env: { ...options.env }, stdio: "pipe", detached: true });
  // Processes started by a helper may keep its output open: the whole group is ended.
  const kill = () => {
    if (child.pid !== undefined) endGroup(child.pid);
    reject(
      signal?.aborted
        ? signal.reason
        : new CredentialsError(`${program} did not answer within ${helperLimit / 1000} s`),
    );
  };
  either.addEventListener("abort", kill, { once: true });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (stdout.length < LONGEST) stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    if (stderr.length < LONGEST) stderr += text;
  });
  child.on("error", (error: NodeJS.ErrnoException) =>
    reject(
      new CredentialsError(
        error.code === "ENOENT"
          ? `${program}, which docker's config names, is not installed`
          : `${program} cannot be started (${error.code})`,
      ),
    ),
  );
  child.on("close", (code, signalName) => resolve(code ?? signalName ?? "ended"));
  child.stdin.on("error", () => {}); // a helper that ends without reading; its exit code is reported
  child.stdin.end(input);
  try {
    return { code: await promise, stdout, stderr };
  } finally {
    either.removeEventListener("abort", kill);
  }
}

/** Characters of a helper's output that are kept. */
const LONGEST = 1 << 20;

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // it has just ended by itself
  }
}
