// One HTTP request over a pool: sent, and answered up to the head. Owns its time limits; knows no redirects and no registries.
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { TLSSocket } from "node:tls";
import type { Pool } from "./connections.ts";
import type { RequestLimits } from "./registry-options.ts";

export interface SentRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | Readable | undefined;
  readonly signal: AbortSignal;
}

/** A time limit that was exceeded. Its code is one of `map-registry-error.ts`. */
export class TimeLimitError extends Error {
  readonly code: "CONNECT_LIMIT" | "ANSWER_LIMIT" | "BODY_LIMIT";
  constructor(code: TimeLimitError["code"]) {
    super("a time limit was exceeded");
    this.name = "TimeLimitError";
    this.code = code;
  }
}

/**
 * Resolves when the body begins; it has to be read to its end, or destroyed. Rejects with an error that has a code. An abort
 * ends the body, too.
 */
export async function sendRequest(
  pool: Pool,
  { body, headers, method, signal, url }: SentRequest,
  limits: RequestLimits,
): Promise<IncomingMessage> {
  const { promise, reject, resolve } = Promise.withResolvers<IncomingMessage>();
  const { agent } = pool;
  let answer: IncomingMessage | undefined;
  const request = pool.request(url, { agent, headers, method, signal, timeout: limits.headers });
  const fail = (code: TimeLimitError["code"]) => request.destroy(new TimeLimitError(code));
  const connecting = setTimeout(fail, limits.connect, "CONNECT_LIMIT");
  const connected = () => clearTimeout(connecting);
  request.once("socket", (socket) => {
    if (isConnected(socket)) connected();
    else socket.once(socket instanceof TLSSocket ? "secureConnect" : "connect", connected);
  });
  request.once("close", connected);
  // Nothing was sent or received for so long. What the reader has not taken yet has been received.
  request.on("timeout", () => {
    if (answer === undefined) fail("ANSWER_LIMIT");
    else if (answer.readableLength === 0) answer.destroy(new TimeLimitError("BODY_LIMIT"));
  });
  // An answer may come before the request is sent to its end; what breaks after that is the answer's.
  request.on("error", reject);
  request.once("response", (response) => {
    answer = response;
    response.on("error", () => {}); // the reader has it, too; a discarded answer has none
    response.socket.setTimeout(limits.idle);
    resolve(response);
  });
  if (body instanceof Readable) {
    body.once("error", (error) => request.destroy(error));
    body.pipe(request);
  } else request.end(body);
  return await promise;
}

function isConnected(socket: Socket): boolean {
  // The other side's end of a handshake; one that goes by a proxy is over before the request has its socket.
  return !socket.connecting && !(socket instanceof TLSSocket && socket.getPeerFinished() === undefined);
}
