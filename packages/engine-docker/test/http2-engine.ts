// An engine that is called over HTTP/2 on a socket of its own, and the frames of its answers.
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import http2, { type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { connect } from "../src/connect.ts";
import { frameMessage, writeField } from "../src/grpc-message.ts";

export type Play = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

export async function startEngine(play: Play) {
  const server = http2.createServer();
  server.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    play(stream, headers);
  });
  server.on("session", (session) => onTestFinished(() => session.destroy()));
  return connect({ host: `unix://${await listen(server)}`, from: "test" });
}

export async function listen(server: Server): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sti-grpc-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  onTestFinished(() => void server.close());
  const socket = join(folder, "engine.sock");
  server.listen(socket);
  await once(server, "listening");
  return socket;
}

export function accept(stream: ServerHttp2Stream, status = "0"): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => {
    if (status === "none") stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
    else stream.sendTrailers({ "grpc-status": status, "grpc-message": "not%20today" });
  });
}

export const frame = (data: string | Uint8Array) => frameMessage(writeField(1, Buffer.from(data)));
