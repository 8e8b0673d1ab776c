// Chooses the engine's endpoint: the user's, in the docker CLI's order, else the usual sockets. Reads environment and
// files only; talking to the engine (but for one ping) belongs to the adapter.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { homedir } from "node:os";
import { join } from "node:path";
import { FileProblem, readSmallFileSync } from "@sti/files";

/** Address of an engine. */
export interface Endpoint {
  /** "unix:///path", "tcp://host:port", "ssh://user@host" or "npipe:////./pipe/name". */
  readonly host: string;
  /** Its origin, for messages: "--engine", "DOCKER_HOST", "context NAME", "default socket /path". */
  readonly from: string;
  /** Only where the connection is to be made by TLS. */
  readonly tls?: EndpointTls;
}

/** TLS material of an endpoint, as file paths. A path is left out where the file does not exist. */
export interface EndpointTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Whether the server's certificate is checked. */
  readonly verify: boolean;
}

/** Inputs of the search; each defaults to the process's own value. */
export interface EndpointOptions {
  /** The value of `--engine`: a host, with or without scheme, or a socket's path. */
  readonly explicit?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly homeDirectory?: string | undefined;
  /** Socket paths to try when nothing was named; default `usualSockets`. */
  readonly sockets?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The named endpoint cannot be used: an unknown context, an unreadable file, a malformed host. */
export class EndpointError extends Error {
  override readonly name = "EndpointError";
}

/** Of a file of docker's configuration, and of certificates, bytes. */
const LARGEST = 4 * 1024 ** 2;

/** Time limit for an engine's answer to a ping, in milliseconds. */
const pingLimit = 2000;

/** The endpoint named by argument, environment or context; else the first usual socket that answers; else the first one. */
export async function resolveEndpoint(options: EndpointOptions = {}): Promise<Endpoint> {
  const named = namedEndpoint(options);
  if (named !== undefined) return named;
  const candidates = candidateEndpoints(options);
  for (const candidate of candidates) {
    if (await pingEndpoint(candidate, options.signal)) return candidate;
    options.signal?.throwIfAborted();
  }
  return candidates[0] ?? socketEndpoint(socketPaths(options)[0] ?? "/var/run/docker.sock");
}

/** Every endpoint worth trying, best first: the one named, or the usual sockets that exist. Throws EndpointError. */
export function candidateEndpoints(options: EndpointOptions = {}): Endpoint[] {
  const named = namedEndpoint(options);
  if (named !== undefined) return [named];
  const present = socketPaths(options).filter((path) => isPipe(path) || existsSync(path));
  return present.map(socketEndpoint);
}

/** The endpoint that argument, environment or docker's configuration name; undefined when they name none. */
export function namedEndpoint(options: EndpointOptions = {}): Endpoint | undefined {
  const env = options.env ?? process.env;
  const home = options.homeDirectory ?? homedir();
  const explicit = options.explicit;
  if (explicit) return hostEndpoint(explicit, "--engine", env, home);
  if (env.DOCKER_HOST) return hostEndpoint(env.DOCKER_HOST, "DOCKER_HOST", env, home);
  const directory = dockerDirectory(env, home);
  const context = env.DOCKER_CONTEXT || readCurrentContext(join(directory, "config.json"));
  if (context === undefined || context === "default") return undefined;
  return contextEndpoint(context, directory, env.DOCKER_CONTEXT ? "DOCKER_CONTEXT" : "currentContext");
}

/** Whether an engine answers `GET /_ping` in time. An endpoint that needs ssh is not tried: false. */
export async function pingEndpoint(endpoint: Endpoint, signal?: AbortSignal): Promise<boolean> {
  if (endpoint.host.startsWith("ssh://")) return false;
  const limit = AbortSignal.timeout(pingLimit);
  const either = signal === undefined ? limit : AbortSignal.any([signal, limit]);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  try {
    const { client, options } = endpointRequest(endpoint);
    const request = client.get({ ...options, path: "/_ping", agent: false, signal: either }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("error", () => resolve(false));
  } catch {
    return false; // TLS files that cannot be read: no client can connect
  }
  return await promise;
}

/** Settings for node's http client to reach an endpoint: the module to use and its options. */
export function endpointRequest(endpoint: Pick<Endpoint, "host" | "tls">): {
  readonly client: typeof http | typeof https;
  readonly options: https.RequestOptions;
} {
  const [scheme, rest] = splitHost(endpoint.host);
  if (scheme === "unix" || scheme === "npipe") {
    const socketPath = scheme === "npipe" ? rest.replaceAll("/", "\\") : rest;
    return { client: http, options: { socketPath, headers: { host: "docker" } } };
  }
  if (scheme !== "tcp") throw new EndpointError(`${endpoint.host} cannot be reached by HTTP`);
  const url = new URL(`http://${rest}`);
  const place = { hostname: url.hostname.replace(/^\[|\]$/g, ""), port: url.port };
  const tls = endpoint.tls;
  if (tls === undefined) return { client: http, options: place };
  return { client: https, options: { ...place, ...tlsOptions(tls) } };
}

/** As Node's https client takes them. Throws EndpointError for a file that cannot be read. */
export function tlsOptions({
  ca,
  cert,
  key,
  verify,
}: EndpointTls): Pick<https.RequestOptions, "ca" | "cert" | "key" | "rejectUnauthorized"> {
  return {
    rejectUnauthorized: verify,
    ...(ca === undefined ? {} : { ca: readFile(ca) }),
    ...(cert === undefined ? {} : { cert: readFile(cert) }),
    ...(key === undefined ? {} : { key: readFile(key) }),
  };
}

/** The sockets engines usually listen on, in order: Docker, rootless, Desktop, podman, colima. */
export function usualSockets(
  env: Readonly<Record<string, string | undefined>> = process.env,
  home: string = homedir(),
): string[] {
  if (process.platform === "win32") return ["//./pipe/docker_engine"];
  const uid = process.getuid?.() ?? 0;
  const runtime = env.XDG_RUNTIME_DIR || (uid === 0 ? undefined : `/run/user/${uid}`);
  return [
    "/var/run/docker.sock",
    ...(runtime === undefined ? [] : [join(runtime, "docker.sock")]),
    join(home, ".docker/run/docker.sock"),
    join(home, ".docker/desktop/docker.sock"),
    ...(runtime === undefined ? [] : [join(runtime, "podman/podman.sock")]),
    "/run/podman/podman.sock",
    join(home, ".colima/default/docker.sock"),
    join(home, ".config/colima/default/docker.sock"),
  ];
}

function socketPaths(options: EndpointOptions): readonly string[] {
  return options.sockets ?? usualSockets(options.env ?? process.env, options.homeDirectory ?? homedir());
}

function socketEndpoint(path: string): Endpoint {
  return { host: `${isPipe(path) ? "npipe" : "unix"}://${path}`, from: `default socket ${path}` };
}

function isPipe(path: string): boolean {
  return path.startsWith("//./pipe/");
}

function hostEndpoint(
  written: string,
  from: string,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): Endpoint {
  const verify = Boolean(env.DOCKER_TLS_VERIFY);
  const secured = verify || Boolean(env.DOCKER_TLS);
  const host = normalizeHost(written, from, secured ? 2376 : 2375);
  if (!secured || !host.startsWith("tcp://")) return { host, from };
  const directory = env.DOCKER_CERT_PATH || dockerDirectory(env, home);
  return { host, from, tls: tlsFiles(directory, verify) };
}

function contextEndpoint(name: string, directory: string, source: string): Endpoint {
  const id = createHash("sha256").update(name).digest("hex");
  const file = join(directory, "contexts/meta", id, "meta.json");
  if (!existsSync(file)) {
    throw new EndpointError(`docker context "${name}" (from ${source}) does not exist: no ${file}`);
  }
  const docker = member(member(readJson(file), "Endpoints"), "docker");
  const host = member(docker, "Host");
  if (typeof host !== "string" || host === "") {
    throw new EndpointError(`docker context "${name}" (from ${source}) names no docker endpoint: ${file}`);
  }
  const from = `context ${name}`;
  const material = join(directory, "contexts/tls", id, "docker");
  const verify = member(docker, "SkipTLSVerify") !== true;
  const secured = host.startsWith("tcp://") && (existsSync(material) || !verify);
  const endpoint = { host: normalizeHost(host, from, secured ? 2376 : 2375), from };
  return secured ? { ...endpoint, tls: tlsFiles(material, verify) } : endpoint;
}

/** Full spelling of what docker accepts as a host: a missing scheme is tcp (a path: unix), parts left out are filled in. */
function normalizeHost(written: string, from: string, port: number): string {
  const host = written.trim();
  if (host.startsWith("/")) return `unix://${host}`;
  if (/^unix:\/[^/]/.test(host)) return `unix://${host.slice("unix:".length)}`;
  const [scheme, rest] = splitHost(host.includes("://") ? host : `tcp://${host}`);
  if (scheme === "unix") {
    if (rest !== "" && !rest.startsWith("/")) {
      throw new EndpointError(`${from}: "${written}" needs an absolute path, as in unix:///run/docker.sock`);
    }
    return `unix://${rest || "/var/run/docker.sock"}`;
  }
  if (scheme === "npipe") return `npipe://${rest || "//./pipe/docker_engine"}`;
  if (scheme === "ssh" && rest !== "") return `ssh://${rest}`;
  if (scheme === "tcp") {
    const withHost = rest === "" || rest.startsWith(":") ? `127.0.0.1${rest}` : rest;
    const url = URL.parse(`http://${withHost}`);
    if (url !== null && (url.pathname !== "/" || url.search !== "" || url.username !== "")) {
      throw new EndpointError(
        `${from}: "${written}" has more than a host and a port; sti cannot reach an engine below a path`,
      );
    }
    if (url !== null) return `tcp://${url.hostname}:${/:80(\/|$)/.test(withHost) ? 80 : url.port || port}`;
  }
  throw new EndpointError(
    `${from}: "${written}" is not an engine address; use unix:///path, tcp://host:port or ssh://user@host`,
  );
}

function splitHost(host: string): [scheme: string, rest: string] {
  const at = host.indexOf("://");
  return [host.slice(0, at), host.slice(at + 3)];
}

function tlsFiles(directory: string, verify: boolean): EndpointTls {
  const file = (name: "ca" | "cert" | "key") => {
    const path = join(directory, `${name}.pem`);
    return existsSync(path) ? { [name]: path } : {};
  };
  return { ...file("ca"), ...file("cert"), ...file("key"), verify };
}

function dockerDirectory(env: Readonly<Record<string, string | undefined>>, home: string): string {
  return env.DOCKER_CONFIG || join(home, ".docker");
}

function readCurrentContext(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const context = member(readJson(file), "currentContext");
  return typeof context === "string" && context !== "" ? context : undefined;
}

function readFile(file: string): Buffer {
  try {
    return readSmallFileSync(file, { limit: LARGEST });
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    throw new EndpointError(error.message);
  }
}

function readJson(file: string): unknown {
  const text = readFile(file).toString();
  try {
    return JSON.parse(text);
  } catch {
    throw new EndpointError(`${file} cannot be read: it is not JSON`); // the parser's words quote what may be a secret
  }
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
