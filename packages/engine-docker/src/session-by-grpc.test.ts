import { once } from "node:events";
import http from "node:http";
import http2, { type IncomingHttpHeaders } from "node:http2";
import type { Duplex } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { accept, frame, listen, type Play, startEngine } from "../test/http2-engine.ts";
import { connect } from "./connect.ts";
import { createMessageReader, frameMessage, readField, writeField } from "./grpc-message.ts";
import { openByGrpc } from "./session-by-grpc.ts";

const LARGE = Buffer.alloc(1 << 20, "a large value ");
const OPTIONS = { signal: new AbortController().signal };
const REQUEST = { operation: "serve secrets", headers: { "x-name": ["a", "b"] }, ...OPTIONS, limit: 5000 };

async function open(play: Play): Promise<Duplex> {
  const session = await openByGrpc(await startEngine(play), REQUEST);
  if (session === undefined) throw new Error("the engine refused the session");
  onTestFinished(() => void session.destroy());
  return session;
}

async function textOf(session: Duplex): Promise<string> {
  let text = "";
  for await (const chunk of session) text += chunk;
  return text;
}

test("the call is the one that engines know, with its headers", async () => {
  const called = Promise.withResolvers<IncomingHttpHeaders>();
  await open((stream, headers) => {
    called.resolve(headers);
    accept(stream);
  });
  expect(await called.promise).toMatchObject({
    ":method": "POST",
    ":path": "/moby.buildkit.v1.Control/Session",
    "content-type": "application/grpc",
    te: "trailers",
    "x-name": "a, b",
  });
});

test("messages that are cut at every byte are read, and their other fields passed over", async () => {
  const more = frameMessage(Buffer.concat([Uint8Array.of(0x10, 1), writeField(1, Buffer.from("two"))]));
  const bytes = Buffer.concat([frame("one "), more]);
  const session = await open(async (stream) => {
    accept(stream);
    for (const byte of bytes) {
      stream.write(Uint8Array.of(byte));
      await wait(1);
    }
    stream.end();
  });
  expect(await textOf(session)).toBe("one two");
});

test("two messages in one chunk, and empty ones, are read", async () => {
  const session = await open((stream) => {
    accept(stream);
    stream.end(Buffer.concat([frame("one "), frame(""), frameMessage(new Uint8Array()), frame("two")]));
  });
  expect(await textOf(session)).toBe("one two");
});

test("much is sent in several messages, no faster than the engine reads", async () => {
  const messages: number[] = [];
  const received: Uint8Array[] = [];
  const sending = Promise.withResolvers<void>();
  const session = await open(async (stream) => {
    accept(stream);
    await sending.promise;
    const reader = createMessageReader();
    for await (const chunk of stream) {
      for (const message of reader.read(chunk)) {
        messages.push(message.length);
        received.push(readField(message, 1) ?? Buffer.from("none"));
      }
    }
    stream.end();
  });
  const parts = [LARGE.subarray(0, 400_000), LARGE.subarray(400_000)];
  let sent = 0;
  for (const part of parts) session.write(part, () => (sent += 1));
  session.end();
  await wait(50);
  expect(sent).toBe(0);
  sending.resolve();
  await textOf(session);
  expect(Buffer.concat(received).equals(LARGE)).toBe(true);
  expect(messages.length).toBeGreaterThan(10);
  expect(Math.max(...messages)).toBeLessThan(70_000);
});

test("the engine cannot send faster than the session is read", async () => {
  let written = 0;
  const session = await open(async (stream) => {
    accept(stream);
    for (let count = 0; count < 100; count += 1) {
      const message = frame(LARGE.subarray(0, 100_000));
      if (!stream.write(message, () => (written += message.length))) await once(stream, "drain");
    }
    stream.end();
  });
  await wait(100);
  expect(written).toBeLessThan(1_000_000);
  let length = 0;
  for await (const chunk of session) length += (chunk as Uint8Array).length;
  expect(length).toBe(10_000_000);
});

test.each([
  ["that ends the call with a status", "5", "ended: not today"],
  ["whose call ends without a status", "none", "INTERNAL_ERROR"],
])("an engine %s is an error", async (_, status, message) => {
  const session = await open((stream) => {
    accept(stream, status);
    stream.end(frame("begun"));
  });
  await expect(textOf(session)).rejects.toThrow(message);
});

test("an engine that goes away is an error", async () => {
  const session = await open((stream) => {
    accept(stream);
    stream.write(frame("begun"));
    setTimeout(() => stream.session?.destroy(), 20);
  });
  await expect(textOf(session)).rejects.toThrow("cut off");
});

test("a message that is cut by a good end is an error", async () => {
  const session = await open((stream) => {
    accept(stream);
    stream.end(frame("begun").subarray(0, 7));
  });
  await expect(textOf(session)).rejects.toThrow("cut off");
});

test("bytes that are no messages are an error, and end the call", async () => {
  const closed = Promise.withResolvers<number>();
  const session = await open((stream) => {
    accept(stream);
    stream.on("close", () => closed.resolve(stream.rstCode));
    stream.write(Uint8Array.of(9, 9, 9, 9, 9));
  });
  await expect(textOf(session)).rejects.toThrow("compressed");
  expect(await closed.promise).not.toBe(http2.constants.NGHTTP2_NO_ERROR);
});

test("a session that is given up ends the call", async () => {
  const closed = Promise.withResolvers<void>();
  const session = await open((stream) => {
    accept(stream);
    stream.on("close", closed.resolve);
    stream.write(frame("begun"));
  });
  session.destroy();
  await closed.promise;
});

test.each([
  ["does not know the method", { ":status": 200, "grpc-status": "12" }],
  ["knows no gRPC", { ":status": 404 }],
  ["answers with a page", { ":status": 200, "content-type": "text/html" }],
])("an engine that %s has no such session", async (_, headers) => {
  const engine = await startEngine((stream) =>
    stream.respond({ "content-type": "application/grpc", ...headers }, { endStream: true }),
  );
  expect(await openByGrpc(engine, REQUEST)).toBeUndefined();
});

test("an engine that refuses the call says why", async () => {
  const status = { "grpc-status": "16", "grpc-message": "who%20are%20you" };
  const headers = { ":status": 200, "content-type": "application/grpc", ...status };
  const engine = await startEngine((stream) => stream.respond(headers, { endStream: true }));
  await expect(openByGrpc(engine, REQUEST)).rejects.toMatchObject({
    reason: "other",
    message: "who are you",
  });
});

test("an engine that speaks HTTP/1 only, hangs up, or is not there has no such session", async () => {
  const old = http.createServer((_, response) => void response.end());
  const rude = http.createServer();
  rude.on("connection", (socket) => socket.destroy());
  for (const host of [await listen(old), await listen(rude), "/nonexistent/engine.sock"]) {
    expect(await openByGrpc(connect({ host: `unix://${host}`, from: "test" }), REQUEST)).toBeUndefined();
  }
});

test("an engine that does not answer is given up: at its limit, or by the signal", async () => {
  const engine = await startEngine(() => {});
  await expect(openByGrpc(engine, { ...REQUEST, limit: 50 })).rejects.toMatchObject({
    reason: "unreachable-timeout",
    operation: "serve secrets",
  });
  const stop = new AbortController();
  const opening = openByGrpc(engine, { ...REQUEST, signal: stop.signal });
  const reason = new Error("stopped");
  setTimeout(() => stop.abort(reason), 20);
  await expect(opening).rejects.toBe(reason);
});
