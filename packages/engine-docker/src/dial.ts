// Owns how a request goes out: over dockerode's connection, which is loaded with the first call.
import type { Agent, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type Docker from "dockerode";
import { type EngineVersion, pinApiVersion } from "./api-version.ts";
import type { Exchange } from "./begin-exchange.ts";
import { createAgent } from "./create-agent.ts";
import type { Endpoint } from "./endpoint.ts";
import type { EngineRequest } from "./engine-request.ts";

/** Resolves to the answer, or where the engine agrees to another protocol to the connection itself. */
export type Dialer = (
  request: EngineRequest,
  exchange: Exchange,
  protocol?: string,
) => Promise<IncomingMessage | Duplex>;

export function createDialer(endpoint: Endpoint, version: EngineVersion): Dialer {
  let loading: Promise<Docker> | undefined;
  return async (request, exchange, protocol) => {
    loading ??= loadDocker(endpoint);
    const docker = await loading;
    exchange.signal.throwIfAborted();
    const path = await versionedPath(request, version, exchange.signal);
    return await dial(docker, { ...request, path }, exchange, protocol);
  };
}

async function versionedPath(
  { path, unversioned }: EngineRequest,
  version: EngineVersion,
  signal: AbortSignal,
): Promise<string> {
  const engine = unversioned === true ? undefined : await version.read(signal);
  return engine === undefined ? path : `/v${pinApiVersion(engine)}${path}`;
}

function dial(
  docker: Docker,
  request: EngineRequest,
  exchange: Exchange,
  protocol?: string,
): Promise<IncomingMessage | Duplex> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage | Duplex>();
  docker.modem.dial(
    {
      path: request.query === undefined ? request.path : `${request.path}?`,
      method: request.method,
      // dial() takes its values out of this object: it is made afresh for each call
      options: { _query: request.query ?? {}, _body: request.body ?? {} },
      headers: {
        ...(request.headers as Record<string, string> | undefined),
        ...(protocol === undefined ? {} : { Upgrade: protocol }),
      },
      ...(protocol === undefined ? {} : { hijack: true }),
      ...(exchange.upload === undefined ? {} : { file: exchange.upload }),
      isStream: true,
      statusCodes: everyStatus,
      abortSignal: exchange.signal,
    },
    (error, answer) => {
      if (error) return reject(error);
      const response = answer as IncomingMessage | Duplex;
      if (!isAnswer(response)) return resolve(response);
      // The signal given above guards the request only, not the answer's body.
      const cut = () => response.destroy(new Error("aborted"));
      if (exchange.signal.aborted) cut();
      else exchange.signal.addEventListener("abort", cut, { once: true });
      resolve(response);
    },
  );
  return promise;
}

export function isAnswer(answer: IncomingMessage | Duplex): answer is IncomingMessage {
  return "statusCode" in answer;
}

/** dial() shall hand on every answer: it loses the body's form where it makes errors itself. */
const everyStatus = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [index + 100, true]));

async function loadDocker(endpoint: Endpoint): Promise<Docker> {
  const { default: DockerClient } = await import("dockerode");
  const agent: Agent = createAgent(endpoint);
  const place = endpoint.host.startsWith("tcp://") ? new URL(`http://${endpoint.host.slice(6)}`) : undefined;
  // Every field is named, also the absent ones: a missing one is taken from DOCKER_* variables instead.
  const options = {
    protocol: endpoint.tls === undefined ? ("http" as const) : ("https" as const),
    host: place?.hostname.replace(/^\[|\]$/g, ""),
    port: place?.port,
    socketPath: place === undefined ? socketPathOf(endpoint.host) : undefined,
    agent,
    pathPrefix: "/",
    username: undefined,
    timeout: undefined,
    version: undefined,
    ca: undefined,
    cert: undefined,
    key: undefined,
  };
  return new DockerClient(options as Docker.DockerOptions);
}

/** An ssh endpoint's connections are made by its agent: the path only keeps the client from looking for one. */
function socketPathOf(host: string): string {
  if (host.startsWith("npipe://")) return host.slice("npipe://".length).replaceAll("/", "\\");
  return host.startsWith("unix://") ? host.slice("unix://".length) : "/ssh";
}
