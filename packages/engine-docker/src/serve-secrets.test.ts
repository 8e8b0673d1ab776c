import { once } from "node:events";
import http2 from "node:http2";
import net from "node:net";
import { EngineError } from "@sti/core";
import { expect, onTestFinished, test } from "vitest";
import type { Connection, EngineRequest } from "./connect.ts";
import { serveSecrets } from "./serve-secrets.ts";

const SECRETS = new Map([
  ["TOKEN", new TextEncoder().encode("value")],
  ["large", new Uint8Array(60_000).fill(7)],
]);
const GET = "/moby.buildkit.secrets.v1.Secrets/GetSecret";

/** A session, and how the engine asks over it. */
async function startSession() {
  const requests: (EngineRequest & { readonly protocol: string })[] = [];
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const arrived = once(server, "connection");
  const { port } = server.address() as net.AddressInfo;
  const client = http2.connect("http://engine", { createConnection: () => net.connect(port, "127.0.0.1") });
  const [socket] = (await arrived) as [net.Socket];
  const connection = {
    upgrade: async (request: EngineRequest, protocol: string) => {
      requests.push({ ...request, protocol });
      return socket;
    },
  } as unknown as Connection;
  const session = await serveSecrets(connection, SECRETS);
  onTestFinished(() => {
    session.close();
    client.destroy();
    server.close();
  });
  const call = async (method: string, message: Uint8Array) => {
    const stream = client.request({ ":method": "POST", ":path": method, "content-type": "application/grpc" });
    let status: unknown;
    stream.on("response", (headers) => {
      status = headers["grpc-status"];
    });
    stream.on("trailers", (headers) => {
      status = headers["grpc-status"];
    });
    const head = Buffer.alloc(5);
    head.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([head, message]));
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    return { status, message: body.length === 0 ? undefined : body.subarray(5) };
  };
  const ask = (id: string) => call(GET, Buffer.concat([Uint8Array.of(0x0a, id.length), Buffer.from(id)]));
  return { ask, call, client, requests, session };
}

test("the session is a connection given up for HTTP/2, under the id that the build names", async () => {
  const { requests, session } = await startSession();
  expect(requests).toMatchObject([
    {
      method: "POST",
      path: "/session",
      protocol: "h2c",
      headers: { "X-Docker-Expose-Session-Uuid": session.id },
    },
  ]);
});

test("a value is sent when it is asked for by its id, whatever its size", async () => {
  const { ask } = await startSession();
  expect(await ask("TOKEN")).toEqual({ status: "0", message: Buffer.from("\n\x05value") });
  const { message = Buffer.alloc(0) } = await ask("large");
  expect([...message.subarray(0, 4)]).toEqual([0x0a, 0xe0, 0xd4, 0x03]);
  expect(message.subarray(4).equals(Buffer.alloc(60_000, 7))).toBe(true);
});

test("an id that the build does not have is not found; annotations are passed over", async () => {
  const { ask, call } = await startSession();
  expect(await ask("OTHER")).toEqual({ status: "5", message: undefined });
  const annotated = Buffer.from("\x12\x04\n\x02ab\n\x05TOKEN", "latin1");
  expect(await call(GET, annotated)).toMatchObject({ status: "0" });
});

test("the builder is told that the session lives, and that it offers nothing else", async () => {
  const { call } = await startSession();
  const health = await call("/grpc.health.v1.Health/Check", new Uint8Array());
  expect(health).toEqual({ status: "0", message: Buffer.from([0x08, 1]) });
  const auth = await call("/moby.filesync.v1.Auth/Credentials", new Uint8Array());
  expect(auth).toEqual({ status: "12", message: undefined });
});

test("a closed session answers no more", async () => {
  const { client, session } = await startSession();
  const closed = once(client, "close");
  session.close();
  await closed;
  expect(client.destroyed).toBe(true);
});

test("an engine whose builder has no sessions is told as such, with another way", async () => {
  const connection = {
    upgrade: () =>
      Promise.reject(new EngineError({ reason: "not-found", operation: "x", message: "page not found" })),
  } as unknown as Connection;
  await expect(serveSecrets(connection, SECRETS)).rejects.toMatchObject({
    reason: "unsupported",
    message: expect.stringContaining('method "run"'),
  });
});
