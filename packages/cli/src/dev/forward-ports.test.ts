import http from "node:http";
import { type AddressInfo, connect, createServer } from "node:net";
import type { Address } from "@sti/core";
import { expect, onTestFinished, test } from "vitest";
import { createPortForwarder } from "./forward-ports.ts";
import { createTrafficLog } from "./port-traffic.ts";

const traffic = createTrafficLog(() => 1000);
const portForwarder = createPortForwarder({ traffic, claimed: () => new Set() });

/** Answers its whole input, with its name before it. */
async function startEcho(name: string): Promise<Address> {
  const server = createServer({ allowHalfOpen: true }, async (socket) => {
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    socket.end(`${name}: ${text}`);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  onTestFinished(() => void server.close());
  return { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
}

async function listen(hostPort?: number) {
  const port = await portForwarder.listen({ hostPort, hostIp: "127.0.0.1" });
  onTestFinished(() => port.close());
  return port;
}

async function send(port: number, text: string): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  socket.end(text);
  let answer = "";
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

test("connections go to where the port points when they come, whole and in both directions", async () => {
  const port = await listen();
  void port.pointTo(await startEcho("one"));
  const text = "x".repeat(1_000_000);
  expect(await send(port.hostPort, text)).toBe(`one: ${text}`);
  void port.pointTo(await startEcho("two"));
  expect(await send(port.hostPort, "hello")).toBe("two: hello");
});

test("a port that points nowhere closes its connections", async () => {
  const port = await listen();
  await expect(send(port.hostPort, "hello")).rejects.toThrow();
});

test("a container that does not listen closes the connection and not the port", async () => {
  const port = await listen();
  const gone = await portForwarder.listen({ hostPort: undefined, hostIp: "127.0.0.1" });
  await gone.close();
  void port.pointTo({ host: "127.0.0.1", port: gone.hostPort });
  await expect(send(port.hostPort, "hello")).rejects.toThrow();
  void port.pointTo(await startEcho("one"));
  expect(await send(port.hostPort, "hello")).toBe("one: hello");
});

test("it is known when the last connection to the place before has ended", async () => {
  const port = await listen();
  await port.pointTo(await startEcho("one"));
  const socket = connect({ host: "127.0.0.1", port: port.hostPort });
  const { promise: isConnected, resolve } = Promise.withResolvers<void>();
  socket.write("hello", () => resolve());
  await isConnected;
  // An answer of another connection shows that the first one was taken, too.
  await send(port.hostPort, "x");
  let isOver = false;
  const turned = port.pointTo(undefined).then(() => {
    isOver = true;
  });
  await new Promise((next) => setImmediate(next));
  expect(isOver).toBe(false);
  socket.end();
  let answer = "";
  for await (const chunk of socket) answer += String(chunk);
  expect(answer).toBe("one: hello");
  await turned;
});

test("a port that is taken is named", async () => {
  const { hostPort } = await listen();
  await expect(listen(hostPort)).rejects.toThrow(`port ${hostPort} is taken on this machine`);
});

test("an address of another machine is named", async () => {
  await expect(portForwarder.listen({ hostPort: undefined, hostIp: "203.0.113.1" })).rejects.toThrow(
    "203.0.113.1 is not an address of this machine",
  );
});

test("the last request over a port is known, without its parameters, and else the number of connections", async () => {
  const port = await listen();
  expect(traffic.of(port.hostPort)).toBeUndefined();
  void port.pointTo(await startEcho("one"));
  await send(port.hostPort, "hello");
  await send(port.hostPort, "hello");
  expect(traffic.of(port.hostPort)).toEqual({ connections: 2, at: 1000 });
  const server = http.createServer((request, response) => {
    response.writeHead(request.url === "/gone" ? 404 : 200).end("answer");
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  onTestFinished(() => void server.close());
  void port.pointTo({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const get = async (path: string) => {
    const answered = Promise.withResolvers<void>();
    http.get({ agent, host: "127.0.0.1", port: port.hostPort, path }, (answer) => {
      answer.resume().on("end", answered.resolve);
    });
    await answered.promise;
  };
  await get("/a?token=secret");
  const last = { connections: 3, at: 1000 };
  expect(traffic.of(port.hostPort)).toEqual({ ...last, request: { method: "GET", path: "/a", status: 200 } });
  await get("/gone");
  expect(traffic.of(port.hostPort)).toEqual({
    ...last,
    request: { method: "GET", path: "/gone", status: 404 },
  });
});
