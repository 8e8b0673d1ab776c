import http2, { type ServerHttp2Stream } from "node:http2";
import { duplexPair } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { accept, frame, startEngine } from "../test/http2-engine.ts";
import { createMessageReader, frameMessage, readField, writeField } from "./grpc-message.ts";
import { serveSecrets } from "./serve-secrets.ts";

const LARGE = Buffer.alloc(1 << 20, "a large value ");
const SECRETS = new Map([["large", LARGE]]);
const OPTIONS = { signal: new AbortController().signal };

test("a secret of a megabyte is served over gRPC", async () => {
  const asked = Promise.withResolvers<Buffer>();
  const engine = await startEngine((stream) => {
    accept(stream);
    askFor("large", stream).then(asked.resolve, asked.reject);
  });
  engine.speak(Promise.resolve("1.53"));
  const session = await serveSecrets(engine, SECRETS, OPTIONS);
  onTestFinished(() => session.close());
  expect((await asked.promise).equals(LARGE)).toBe(true);
});

test("an engine that goes away, or ends the session, disturbs nobody", async () => {
  const ends: ((stream: ServerHttp2Stream) => unknown)[] = [
    (stream) => stream.end(),
    (stream) => stream.session?.destroy(),
    (stream) => stream.write(Uint8Array.of(9, 9, 9, 9, 9)),
    (stream) => stream.write(frame("no HTTP/2")),
  ];
  for (const end of ends) {
    const ended = Promise.withResolvers<void>();
    const engine = await startEngine((stream) => {
      accept(stream);
      stream.on("close", ended.resolve).resume();
      setTimeout(() => end(stream), 20);
    });
    engine.speak(Promise.resolve("1.53"));
    const session = await serveSecrets(engine, SECRETS, OPTIONS);
    await ended.promise;
    session.close();
  }
});

test("a closed session ends the engine's call", async () => {
  const ended = Promise.withResolvers<void>();
  const engine = await startEngine((stream) => {
    accept(stream);
    stream.on("close", ended.resolve).resume();
  });
  engine.speak(Promise.resolve("1.53"));
  const session = await serveSecrets(engine, SECRETS, OPTIONS);
  session.close();
  await ended.promise;
});

/** Uses a session as BuildKit does: as a client of its own on the bytes of the messages. */
async function askFor(id: string, stream: ServerHttp2Stream): Promise<Buffer> {
  const [near, far] = duplexPair();
  const reader = createMessageReader();
  far.on("data", (chunk: Buffer) => stream.write(frame(chunk)));
  stream.on("data", (chunk: Buffer) => {
    for (const message of reader.read(chunk)) far.write(readField(message, 1));
  });
  const client = http2.connect("http://session", { createConnection: () => near });
  client.on("error", () => {});
  const call = client.request({
    ":method": "POST",
    ":path": "/moby.buildkit.secrets.v1.Secrets/GetSecret",
    "content-type": "application/grpc",
  });
  call.end(frameMessage(writeField(1, Buffer.from(id))));
  const answers = createMessageReader();
  for await (const chunk of call) {
    const [answer] = answers.read(chunk as Buffer);
    if (answer !== undefined) return Buffer.from(readField(answer, 1) ?? []);
  }
  throw new Error("the session gave no answer");
}
