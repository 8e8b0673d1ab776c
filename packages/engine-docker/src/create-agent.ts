// Owns how connections to an endpoint are opened and kept: sockets, TLS, and ssh through the user's own ssh program.
// Leaves the calls made over them to connect.ts.
import { spawn } from "node:child_process";
import http from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import { Duplex } from "node:stream";
import type { ConnectionOptions } from "node:tls";
import { inspect } from "node:util";
import { type Endpoint, endpointRequest, tlsOptions } from "./endpoint.ts";

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

/** The ssh program knows the user's configuration, keys and known hosts; a library would not check host keys. */
function createSshAgent(host: string): http.Agent {
  const url = new URL(host);
  const args = [
    ...(url.username === "" ? [] : ["-l", decodeURIComponent(url.username)]),
    ...(url.port === "" ? [] : ["-p", url.port]),
    ...["-o", "ConnectTimeout=30", "-o", "BatchMode=yes", "-T", "--", url.hostname.replace(/^\[|\]$/g, "")],
    ...["docker", "system", "dial-stdio"],
  ];
  const agent = new http.Agent({ ...PLAIN, keepAlive: false });
  agent.createConnection = () => spawnConnection(args);
  return agent;
}

function spawnConnection(args: readonly string[]): Duplex {
  const child = spawn("ssh", args, { stdio: ["pipe", "pipe", "pipe"] });
  const stream = new Duplex({
    read: () => void child.stdout.resume(),
    write: (chunk, _encoding, done) => void child.stdin.write(chunk, () => done()),
    final: (done) => void child.stdin.end(() => done()),
    destroy(error, done) {
      child.kill();
      done(error);
    },
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-2000);
  });
  child.stdout.on("data", (chunk: Uint8Array) => {
    if (!stream.push(chunk)) child.stdout.pause();
  });
  child.stdin.on("error", () => {}); // a broken pipe only tells that ssh is ending: why, it says itself
  child.on("error", (error) => stream.destroy(new Error(`ssh cannot be started: ${error.message}`)));
  child.on("close", (code) => {
    if (code === 0) stream.push(null);
    else stream.destroy(new Error(said.trim() || `ssh ended with code ${code}`));
  });
  return stream;
}
