import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http2 from "node:http2";
import https from "node:https";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TlsOptions } from "node:tls";
import { expect, onTestFinished, test, vi } from "vitest";
import { connect } from "./connect.ts";

const TEXT = "sent and returned ".repeat(50_000);
const REQUEST = { operation: "test", method: "POST", path: "/echo", limit: 5000 } as const;

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sti-http2-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Answers with the bytes that it gets. */
async function listen<Listening extends Server>(
  server: Listening,
  place: string | number,
): Promise<Listening> {
  server.on("stream", (stream: http2.ServerHttp2Stream) => {
    stream.respond({ ":status": 200 });
    stream.pipe(stream);
  });
  if (typeof place === "string") server.listen(place);
  else server.listen(place, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return server;
}

async function echo(connection: ReturnType<typeof connect>): Promise<string | undefined> {
  const answer = await connection.openHttp2(REQUEST);
  if (answer === undefined) return undefined;
  answer.stream.end(TEXT);
  let text = "";
  for await (const chunk of answer.stream) text += chunk;
  return text;
}

function makeCertificate(folder: string) {
  const names = ["-subj", "/CN=engine", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"];
  const key = ["-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "ca.pem"];
  execFileSync("openssl", ["req", "-x509", ...names, ...key], { cwd: folder, stdio: "ignore" });
  const read = (name: string) => readFileSync(join(folder, name));
  return { cert: read("ca.pem"), key: read("key.pem") };
}

test.each<readonly [string, (options: TlsOptions) => Server, boolean, string | undefined]>([
  ["chooses HTTP/2", (options) => http2.createSecureServer(options), true, TEXT],
  ["chooses HTTP/1.1", (options) => https.createServer(options), true, undefined],
  ["has a certificate that is not trusted", (options) => http2.createSecureServer(options), false, undefined],
])("behind TLS, an engine that %s", async (_, createServer, isTrusted, text) => {
  const folder = makeFolder();
  const server = await listen(createServer(makeCertificate(folder)), 0);
  const { port } = server.address() as AddressInfo;
  const tls = { ...(isTrusted ? { ca: join(folder, "ca.pem") } : {}), verify: true };
  expect(await echo(connect({ host: `tcp://127.0.0.1:${port}`, from: "test", tls }))).toBe(text);
});

test("an engine on a port is called without TLS", async () => {
  const server = await listen(http2.createServer(), 0);
  const { port } = server.address() as AddressInfo;
  expect(await echo(connect({ host: `tcp://127.0.0.1:${port}`, from: "test" }))).toBe(TEXT);
});

test("an engine behind ssh is called over the program's input and output", async () => {
  const folder = makeFolder();
  const socket = join(folder, "engine.sock");
  await listen(http2.createServer(), socket);
  const program = `#!${process.execPath}
const socket = require("node:net").connect(${JSON.stringify(socket)});
process.stdin.pipe(socket).pipe(process.stdout);
socket.on("close", () => process.exit(0));
`;
  writeFileSync(join(folder, "ssh"), program);
  chmodSync(join(folder, "ssh"), 0o755);
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await echo(connect({ host: "ssh://user@host", from: "test" }))).toBe(TEXT);
});

test("the end of the process's patience ends a call that goes on", async () => {
  const server = await listen(http2.createServer(), join(makeFolder(), "engine.sock"));
  const end = new AbortController();
  const patience = { hurry: new AbortController().signal, limit: () => 2000, end: end.signal };
  const connection = connect({ host: `unix://${server.address()}`, from: "test" }, patience);
  const stream = (await connection.openHttp2(REQUEST))?.stream;
  expect(stream?.closed).toBe(false);
  end.abort();
  await expect.poll(() => stream?.closed, { timeout: 10_000 }).toBe(true);
});
