// Owns the newer way to BuildKit's session: a gRPC call on the engine's API socket, in whose messages the bytes of the
// session's own connection go both ways.
import http2, { type ClientHttp2Stream, type IncomingHttpHeaders } from "node:http2";
import { Duplex } from "node:stream";
import { EngineError } from "@sti/core";
import type { Connection } from "./connect.ts";
import type { SessionRequest } from "./engine-request.ts";
import { createMessageReader, frameMessage, readField, writeField } from "./grpc-message.ts";

const METHOD = "/moby.buildkit.v1.Control/Session";
/** gRPC's numbers. */
const STATUS = { ok: "0", unimplemented: "12" } as const;
/** The field of a message that holds the bytes. */
const DATA = 1;
/** Bytes in one message at most; engines take up to 16 MiB. */
const LARGEST_PART = 1 << 16;

/** Undefined where the engine does not speak HTTP/2 there, or does not know the method. */
export async function openByGrpc(
  connection: Connection,
  request: SessionRequest,
): Promise<Duplex | undefined> {
  const answer = await connection.openHttp2({
    ...request,
    method: "POST",
    path: METHOD,
    headers: { ...request.headers, "content-type": "application/grpc", te: "trailers" },
  });
  if (answer === undefined) return undefined;
  const { headers, stream } = answer;
  const status = headers["grpc-status"];
  const isGrpc = headers[":status"] === 200 && /^application\/grpc\b/.test(headers["content-type"] ?? "");
  if (isGrpc && status === undefined) return joinMessages(stream);
  stream.close(http2.constants.NGHTTP2_CANCEL);
  if (!isGrpc || status === STATUS.unimplemented) return undefined;
  throw new EngineError({ reason: "other", operation: request.operation, message: describeStatus(headers) });
}

/** The bytes of a call's messages, in both directions. An end without the call's status is an error. */
function joinMessages(stream: ClientHttp2Stream): Duplex {
  const reader = createMessageReader();
  let trailers: IncomingHttpHeaders | undefined;
  const bytes = new Duplex({
    // After the engine has ended the call, nothing can be sent on it.
    allowHalfOpen: false,
    read: () => void stream.resume(),
    write(chunk: Uint8Array, _encoding, done) {
      stream.write(splitIntoMessages(chunk), (error) => done(error));
    },
    final: (done) => void stream.end(() => done()),
    destroy(error, done) {
      stream.close(error === null && trailers !== undefined ? 0 : http2.constants.NGHTTP2_CANCEL);
      done(error);
    },
  });
  stream.on("data", (chunk: Uint8Array) => {
    try {
      for (const message of reader.read(chunk)) {
        const data = readField(message, DATA);
        if (data !== undefined && data.length > 0 && !bytes.push(data)) stream.pause();
      }
    } catch (error) {
      bytes.destroy(error as Error);
    }
  });
  stream.on("trailers", (headers: IncomingHttpHeaders) => {
    trailers = headers;
  });
  stream.on("end", () => {
    const problem = trailers === undefined || reader.isWithin ? "is cut off" : statusProblem(trailers);
    if (problem === undefined) bytes.push(null);
    else bytes.destroy(new Error(`the engine's session ${problem}`));
  });
  stream.on("error", (error) => bytes.destroy(error));
  stream.on("close", () => {
    if (!bytes.readableEnded && trailers === undefined)
      bytes.destroy(new Error("the engine's session is cut off"));
  });
  return bytes;
}

function splitIntoMessages(bytes: Uint8Array): Uint8Array {
  const messages: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += LARGEST_PART) {
    messages.push(frameMessage(writeField(DATA, bytes.subarray(at, at + LARGEST_PART))));
  }
  return Buffer.concat(messages);
}

function statusProblem(trailers: IncomingHttpHeaders): string | undefined {
  return trailers["grpc-status"] === STATUS.ok ? undefined : `ended: ${describeStatus(trailers)}`;
}

/** gRPC percent-encodes its messages. */
function describeStatus(headers: IncomingHttpHeaders): string {
  const message = String(headers["grpc-message"] ?? "");
  try {
    return decodeURIComponent(message) || `gRPC status ${headers["grpc-status"]}`;
  } catch {
    return message;
  }
}
