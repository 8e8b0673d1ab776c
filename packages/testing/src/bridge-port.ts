// Brings a port of this machine to the same address in the network namespace of an engine: registries of tests are on 127.0.0.1.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { joinSockets } from "./join-sockets.ts";

const PROCESS = fileURLToPath(new URL("bridge-process.ts", import.meta.url));

/** `address`: "HOST:PORT". `namespace`: file of the network namespace. The result ends it. */
export async function bridgePort(address: string, namespace: string): Promise<() => Promise<void>> {
  const [host = "", port = ""] = address.split(":");
  const path = join(tmpdir(), `sti-bridge-${randomUUID()}.sock`);
  const server = createServer((socket) =>
    joinSockets(socket, createConnection({ host, port: Number(port) })),
  );
  server.listen(path);
  await once(server, "listening");
  const child = spawn("nsenter", [`--net=${namespace}`, "--", process.execPath, PROCESS, host, port, path], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  const ready = once(child.stdout, "data");
  const first = await Promise.race([ready, ended]);
  if (child.exitCode !== null) throw new Error(`no bridge to ${address} in ${namespace}: exit ${first[0]}`);
  return async () => {
    child.stdin.end();
    await ended;
    server.close();
    await once(server, "close");
  };
}
