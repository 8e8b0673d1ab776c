import { once } from "node:events";
import http2 from "node:http2";
import net from "node:net";
import { EngineError } from "@sti/core";
import { expect, onTestFinished, test } from "vitest";
import type { Connection } from "./connect.ts";
import type { EngineRequest } from "./engine-request.ts";
import { serveSecrets } from "./serve-secrets.ts";

const SECRETS = new Map([
  ["TOKEN", new TextEncoder().encode("value")],
  ["large", new Uint8Array(60_000).fill(7)],
]);
const OPTIONS = { signal: new AbortController().signal };
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
    engineVersion: async () => "1.41",
    upgrade: async (request: EngineRequest, protocol: string) => {
      requests.push({ ...request, protocol });
      return socket;
    },
  } as unknown as Connection;
  const session = await serveSecrets(connection, SECRETS, OPTIONS);
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
      headers: { "x-docker-expose-session-uuid": session.id },
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

test("the builder learns that the session lives, and that it offers nothing else", async () => {
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

const refusal = (status: number, message = "page not found") =>
  new EngineError({ reason: status === 404 ? "not-found" : "other", operation: "x", message, status });

/** The ways to request a session, one refused after the other, and the result. */
async function refuseWith(version: string | undefined, error: Error) {
  const ways: string[] = [];
  const connection = {
    engineVersion: async () => version,
    upgrade: ({ path }: EngineRequest) => {
      ways.push(path);
      return Promise.reject(error);
    },
    openHttp2: async ({ path }: EngineRequest) => {
      ways.push(path);
    },
  } as unknown as Connection;
  const problem: unknown = await serveSecrets(connection, SECRETS, OPTIONS).catch(
    (thrown: unknown) => thrown,
  );
  return { problem, ways };
}

const GRPC = "/moby.buildkit.v1.Control/Session";

test.each([
  ["1.41", ["/session"]],
  ["1.52", ["/session"]],
  ["1.53", [GRPC, "/session"]],
  ["1.100", [GRPC, "/session"]],
  [undefined, ["/session", GRPC]],
])("an engine of API %s is asked in the ways that it may know", async (version, ways) => {
  expect((await refuseWith(version, refusal(404))).ways).toEqual(ways);
});

test.each([
  refusal(404),
  refusal(405),
  refusal(501),
  refusal(400, "the /session endpoint is deprecated and was removed"),
])("an engine that has no sessions is reported as such, with another way: %s", async (error) => {
  const { problem, ways } = await refuseWith(undefined, error);
  expect(ways).toEqual(["/session", GRPC]);
  expect(problem).toMatchObject({
    reason: "unsupported",
    message: expect.stringContaining('method "container"'),
  });
});

test.each([refusal(500, "out of memory"), new Error("stopped")])(
  "other errors are passed on: %s",
  async (error) => {
    expect(await refuseWith(undefined, error)).toEqual({ problem: error, ways: ["/session"] });
  },
);
