// Owns how connections to an endpoint are opened and kept: sockets, TLS, and ssh through the user's own ssh program.
// Leaves the calls made over them to connect.ts.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { Duplex } from "node:stream";
import type { Endpoint } from "./endpoint.ts";

/** Connections to a local socket are made anew each time: cheap, and a restarted engine is met at once. */
export function createAgent(endpoint: Endpoint): http.Agent {
  if (endpoint.host.startsWith("ssh://")) return createSshAgent(endpoint.host);
  if (!endpoint.host.startsWith("tcp://")) return new http.Agent({ keepAlive: false });
  if (endpoint.tls === undefined) return new http.Agent({ keepAlive: true });
  const { ca, cert, key, verify } = endpoint.tls;
  return new https.Agent({
    keepAlive: true,
    rejectUnauthorized: verify,
    ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
    ...(cert === undefined ? {} : { cert: readFileSync(cert) }),
    ...(key === undefined ? {} : { key: readFileSync(key) }),
  });
}

/** The ssh program knows the user's configuration, keys and known hosts; a library would not check host keys. */
function createSshAgent(host: string): http.Agent {
  const url = new URL(host);
  const args = [
    ...(url.username === "" ? [] : ["-l", decodeURIComponent(url.username)]),
    ...(url.port === "" ? [] : ["-p", url.port]),
    ...["-o", "ConnectTimeout=30", "-o", "BatchMode=yes", "-T", "--", url.hostname.replace(/^\[|\]$/g, "")],
    ...["docker", "system", "dial-stdio"],
  ];
  const agent = new http.Agent({ keepAlive: false });
  agent.createConnection = () => {
    const child = spawn("ssh", args, { stdio: ["pipe", "pipe", "pipe"] });
    const stream = Duplex.from({ writable: child.stdin, readable: child.stdout });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-2000);
    });
    child.on("error", (error) => stream.destroy(error));
    child.on("close", (code) => {
      if (code !== 0 && !stream.destroyed)
        stream.destroy(new Error(said.trim() || `ssh ended with code ${code}`));
    });
    stream.on("close", () => child.kill());
    return stream;
  };
  return agent;
}
