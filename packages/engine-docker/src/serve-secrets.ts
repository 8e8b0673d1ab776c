// Owns the session in which BuildKit asks for the secrets of a build: gRPC over a connection that the engine gave up
// for it, as far as two methods need it. Leaves HTTP to connect.ts and the build itself to build-image.ts.
import { randomUUID } from "node:crypto";
import http2, { type ServerHttp2Stream } from "node:http2";
import { type CallOptions, EngineError } from "@sti/core";
import { type Connection, shortLimit } from "./connect.ts";

export interface SecretSession {
  /** What the build names it by. */
  readonly id: string;
  close(): void;
}

/** BuildKit asks every second, and ends a session that does not answer. */
const HEALTH = "/grpc.health.v1.Health/Check";
const GET_SECRET = "/moby.buildkit.secrets.v1.Secrets/GetSecret";
/** gRPC's numbers. */
const STATUS = { ok: 0, notFound: 5, unimplemented: 12 } as const;

/** Serves until it is closed; a value is sent only when the build asks for it. */
export async function serveSecrets(
  connection: Connection,
  secrets: ReadonlyMap<string, Uint8Array>,
  options: CallOptions = {},
): Promise<SecretSession> {
  const id = randomUUID();
  const socket = await connection
    .upgrade(
      {
        operation: "serve secrets",
        method: "POST",
        path: "/session",
        headers: {
          "X-Docker-Expose-Session-Uuid": id,
          "X-Docker-Expose-Session-Name": "sti",
          "X-Docker-Expose-Session-Grpc-Method": [HEALTH, GET_SECRET],
        },
        signal: options.signal,
        limit: shortLimit,
      },
      "h2c",
    )
    .catch((error: unknown) => {
      throw explain(error);
    });
  const session = http2.performServerHandshake(socket);
  // Where the engine goes away, the build's own answer says so.
  session.on("error", () => socket.destroy());
  session.on("stream", (stream, headers) => answer(stream, headers[":path"] ?? "", secrets));
  return {
    id,
    close: () => {
      session.destroy();
      socket.destroy();
    },
  };
}

function answer(stream: ServerHttp2Stream, method: string, secrets: ReadonlyMap<string, Uint8Array>): void {
  const chunks: Uint8Array[] = [];
  stream.on("error", () => stream.destroy());
  stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  stream.on("end", () => {
    const value = method === GET_SECRET ? secrets.get(readId(Buffer.concat(chunks))) : undefined;
    if (method === HEALTH) {
      reply(stream, Uint8Array.of(0x08, 1)); // status: SERVING
    } else if (value !== undefined) {
      reply(stream, Buffer.concat([Uint8Array.of(0x0a), writeLength(value.length), value]));
    } else {
      refuse(stream, method === GET_SECRET ? STATUS.notFound : STATUS.unimplemented);
    }
  });
}

/** A gRPC message is one byte that says whether it is compressed, four of length, and a protobuf message. */
function reply(stream: ServerHttp2Stream, message: Uint8Array): void {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": String(STATUS.ok) }));
  stream.end(Buffer.concat([head, message]));
}

function refuse(stream: ServerHttp2Stream, status: number): void {
  const headers = { ":status": 200, "content-type": "application/grpc", "grpc-status": String(status) };
  stream.respond(headers, { endStream: true });
}

/** The first field of a request for a secret, a text: its id. Field 2, the annotations, is of no use here. */
function readId(request: Uint8Array): string {
  let at = 5;
  while (at < request.length) {
    const tag = request[at];
    let length = 0;
    let shift = 0;
    for (at += 1; ; at += 1, shift += 7) {
      const byte = request[at] ?? 0;
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    at += 1;
    if (tag === 0x0a) return Buffer.from(request.subarray(at, at + length)).toString("utf8");
    at += length;
  }
  return "";
}

/** A number as protobuf writes it: seven bits in a byte, the lowest first. */
function writeLength(length: number): Uint8Array {
  const bytes: number[] = [];
  let rest = length;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}

/** Engines without a builder that can ask for secrets have no such path. */
function explain(error: unknown): unknown {
  if (!(error instanceof EngineError) || error.reason !== "not-found") return error;
  const message = 'the engine\'s builder cannot be given secrets; use method "run"';
  return new EngineError({ reason: "unsupported", operation: error.operation, message, cause: error });
}
