// Owns how connections to an endpoint are opened and kept: sockets, TLS, and ssh through the user's own ssh program.
// Leaves the calls made over them to connect.ts.
import http from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import type { ConnectionOptions } from "node:tls";
import { inspect } from "node:util";
import { type Endpoint, endpointRequest, tlsOptions } from "./endpoint.ts";
import { SshConnection } from "./ssh-connection.ts";

/** Connections to a local socket are made anew each time: cheap, and a restarted engine is met at once. */
export function createAgent(endpoint: Endpoint): http.Agent {
  const agent = agentFor(endpoint);
  // For its own debugging dockerode prints the options of every request, wanted or not: of the agent, only its name.
  return Object.assign(agent, { [inspect.custom]: () => `[${agent.constructor.name}]` });
}

/**
 * A connection of its own for HTTP/2, made by the same agent. Over TLS it offers the engine HTTP/2 and HTTP/1.1 (ALPN);
 * the socket's `alpnProtocol` is the engine's choice. Docker's own TLS listener offers HTTP/1.1 only, going by its source.
 */
export function openSocket(endpoint: Endpoint): Duplex {
  const socket = agentFor(endpoint).createConnection(placeOf(endpoint));
  if (socket) return socket;
  throw new Error("the agent makes no connection");
}

function placeOf(endpoint: Endpoint): https.RequestOptions & Pick<ConnectionOptions, "ALPNProtocols"> {
  if (endpoint.host.startsWith("ssh://")) return {};
  const { hostname: host, socketPath: path, ...options } = endpointRequest(endpoint).options;
  if (path) return { path };
  // The name is checked and sent as for calls; numbers are no names for TLS.
  const servername = typeof host === "string" && isIP(host) === 0 ? host : "";
  const place = { ...options, host, ...PLAIN };
  return endpoint.tls === undefined ? place : { ...place, servername, ALPNProtocols: ["h2", "http/1.1"] };
}

function agentFor(endpoint: Endpoint): http.Agent {
  if (endpoint.host.startsWith("ssh://")) return createSshAgent(endpoint.host);
  if (!endpoint.host.startsWith("tcp://")) return new http.Agent({ ...PLAIN, keepAlive: false });
  if (endpoint.tls === undefined) return new http.Agent({ ...PLAIN, keepAlive: true });
  return new https.Agent({ keepAlive: true, ...tlsOptions(endpoint.tls) });
}

/** Without TLS there is no server name for Node to make out. */
const PLAIN: https.AgentOptions = { servername: "" };

function createSshAgent(host: string): http.Agent {
  const url = new URL(host);
  const args = [
    ...(url.username === "" ? [] : ["-l", decodeURIComponent(url.username)]),
    ...(url.port === "" ? [] : ["-p", url.port]),
    ...["-o", "ConnectTimeout=30", "-o", "BatchMode=yes", "-T", "--", url.hostname.replace(/^\[|\]$/g, "")],
    ...["docker", "system", "dial-stdio"],
  ];
  // A new one takes a key exchange and a program on the other side.
  const agent = new http.Agent({ ...PLAIN, keepAlive: true, maxFreeSockets: 4 });
  agent.createConnection = () => new SshConnection(args);
  return agent;
}
