// Chooses the engine's endpoint: the user's, in the docker CLI's order, else the usual sockets. Reads environment and
// files only; talking to the engine (but for one ping) belongs to the adapter.
import { existsSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { homedir } from "node:os";
import { join } from "node:path";
import {
  contextEndpoint,
  dockerDirectory,
  readConfigFile,
  readCurrentContext,
  tlsFiles,
} from "./docker-config.ts";
import {
  type Endpoint,
  EndpointError,
  type EndpointTls,
  normalizeHost,
  splitHost,
} from "./endpoint-address.ts";

export { dockerDirectory } from "./docker-config.ts";
export { readDockerProxies } from "./docker-proxies.ts";
export { type Endpoint, EndpointError } from "./endpoint-address.ts";

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
    ...(ca === undefined ? {} : { ca: readConfigFile(ca) }),
    ...(cert === undefined ? {} : { cert: readConfigFile(cert) }),
    ...(key === undefined ? {} : { key: readConfigFile(key) }),
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
