import { createServer as createHttpServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { askProbe } from "./ask-probe.ts";

async function listen(server: Server): Promise<{ readonly host: string; readonly port: number }> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  onTestFinished(() => void server.close());
  return { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
}

const never = new AbortController().signal;
const TIMES = { timeout: 1000, interval: 100 };

function askHttp(path: string, answer: RequestListener) {
  return listen(createHttpServer(answer)).then(({ host, port }) =>
    askProbe({ kind: "http", path, port: 80, ...TIMES }, { host, port }, never),
  );
}

test.each([
  [200, undefined],
  [302, undefined],
  [404, "status 404"],
  [503, "status 503"],
])("an answer with status %i is taken as %j", async (status, expected) => {
  expect(await askHttp("/health", (_, response) => response.writeHead(status).end())).toBe(expected);
});

test("the path is asked for as it is written", async () => {
  const asked: (string | undefined)[] = [];
  await askHttp("/health?deep=1", ({ url }, response) => {
    asked.push(url);
    response.end();
  });
  expect(asked).toEqual(["/health?deep=1"]);
});

test("an answer that never ends is an answer", async () => {
  expect(
    await askHttp("/events", (_, response) => void response.writeHead(200).write("data")),
  ).toBeUndefined();
});

test("nobody there is a connection that is refused", async () => {
  const address = await listen(createServer());
  const free = createServer();
  const { port } = await listen(free);
  const { promise, resolve } = Promise.withResolvers<void>();
  free.close(() => resolve());
  await promise;
  for (const probe of [
    { kind: "tcp", port: 80, ...TIMES },
    { kind: "http", path: "/", port: 80, ...TIMES },
  ] as const) {
    expect(await askProbe(probe, { ...address, port }, never)).toBe("connection refused");
  }
});

function askTcp(onConnection: (socket: Socket) => void) {
  return listen(createServer(onConnection)).then((address) =>
    askProbe({ kind: "tcp", port: 80, ...TIMES }, address, never),
  );
}

test("a connection that stays open, or says something, is up", async () => {
  expect(await askTcp(() => {})).toBeUndefined();
  expect(await askTcp((socket) => socket.end("220 hello"))).toBeUndefined();
});

test("a connection that is closed at once is not up", async () => {
  expect(await askTcp((socket) => socket.destroy())).toBe("the connection was closed");
});

test("a question that is given up rejects with the reason", async () => {
  const address = await listen(createHttpServer(() => {}));
  const abort = new AbortController();
  const probe = { kind: "http", path: "/", port: 80, ...TIMES } as const;
  const asking = askProbe(probe, address, abort.signal);
  abort.abort(new Error("enough"));
  await expect(asking).rejects.toThrow("enough");
});
