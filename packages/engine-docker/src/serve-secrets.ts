// Owns the session in which BuildKit asks for the secrets of a build: two gRPC methods, served on a connection that one
// of two ways gives (session-by-upgrade.ts, session-by-grpc.ts). Leaves the build itself to build-image.ts.
import { randomUUID } from "node:crypto";
import http2, { type ServerHttp2Stream } from "node:http2";
import type { Duplex } from "node:stream";
import { EngineError } from "@sti/core";
import { isAtLeast } from "./api-version.ts";
import type { Connection, LastingOptions } from "./connect.ts";
import { type SessionRequest, shortLimit } from "./engine-request.ts";
import { createMessageReader, frameMessage, MessageProblem, readField, writeField } from "./grpc-message.ts";
import { openByGrpc } from "./session-by-grpc.ts";
import { openByUpgrade } from "./session-by-upgrade.ts";

export interface SecretSession {
  /** Session id for the build. */
  readonly id: string;
  close(): void;
}

/** BuildKit asks every second, and ends a session that does not answer. */
const HEALTH = "/grpc.health.v1.Health/Check";
const GET_SECRET = "/moby.buildkit.secrets.v1.Secrets/GetSecret";
/** gRPC's numbers. */
const STATUS = { ok: "0", notFound: "5", unimplemented: "12" } as const;
/** The engine API in which gRPC calls go to the API socket itself. */
const GRPC_SINCE = "1.53";

/** Serves until it is closed; a value is sent only when the build asks for it. */
export async function serveSecrets(
  connection: Connection,
  secrets: ReadonlyMap<string, Uint8Array>,
  options: LastingOptions,
): Promise<SecretSession> {
  const id = randomUUID();
  const socket = await openSession(connection, {
    operation: "serve secrets",
    headers: {
      "x-docker-expose-session-uuid": id,
      "x-docker-expose-session-name": "sti",
      "x-docker-expose-session-grpc-method": [HEALTH, GET_SECRET],
    },
    signal: options.signal,
    limit: shortLimit,
  });
  const session = http2.performServerHandshake(socket);
  // If the engine goes away, the build's own answer reports it.
  session.on("error", () => socket.destroy());
  socket.on("error", () => session.destroy());
  session.on("stream", (stream, headers) => answer(stream, headers[":path"] ?? "", secrets));
  return {
    id,
    close: () => {
      session.destroy();
      socket.destroy();
    },
  };
}

/** Since API 1.53, `POST /session` is deprecated. Without a known version the older way is tried first. */
async function openSession(connection: Connection, request: SessionRequest): Promise<Duplex> {
  const engine = await connection.engineVersion(request);
  for (const open of waysTo(engine)) {
    const socket = await open(connection, request);
    if (socket !== undefined) return socket;
  }
  const message = 'the engine\'s builder cannot be given secrets; use method "container"';
  throw new EngineError({ reason: "unsupported", operation: request.operation, message });
}

function waysTo(engine: string | undefined) {
  if (engine === undefined) return [openByUpgrade, openByGrpc];
  return isAtLeast(engine, GRPC_SINCE) ? [openByGrpc, openByUpgrade] : [openByUpgrade];
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
      reply(stream, writeField(1, value));
    } else {
      refuse(stream, method === GET_SECRET ? STATUS.notFound : STATUS.unimplemented);
    }
  });
}

function reply(stream: ServerHttp2Stream, message: Uint8Array): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": STATUS.ok }));
  stream.end(frameMessage(message));
}

function refuse(stream: ServerHttp2Stream, status: string): void {
  const headers = { ":status": 200, "content-type": "application/grpc", "grpc-status": status };
  stream.respond(headers, { endStream: true });
}

/** Bytes that are no request have no id. */
function readId(request: Uint8Array): string {
  try {
    const [message = new Uint8Array()] = createMessageReader().read(request);
    return Buffer.from(readField(message, 1) ?? []).toString("utf8");
  } catch (error) {
    if (error instanceof MessageProblem) return "";
    throw error;
  }
}
