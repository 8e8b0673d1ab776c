// Owns one HTTP/2 call on a connection of its own, both of whose directions stay open. Leaves the making of connections
// to create-agent.ts, and the question when a call is given up to connect.ts.
import type { EventEmitter } from "node:events";
import type { IncomingHttpHeaders, IncomingHttpStatusHeader } from "node:http2";
import http2, { type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";
import type { Duplex } from "node:stream";
import type { EngineRequest } from "./engine-request.ts";

export interface Http2Answer {
  readonly headers: IncomingHttpHeaders & IncomingHttpStatusHeader;
  /** Its end closes the connection. */
  readonly stream: ClientHttp2Stream;
}

/**
 * Resolves when the headers of the answer are there, to undefined where the other side does not speak HTTP/2. Without
 * TLS the connection begins with HTTP/2 (prior knowledge); with TLS, the server must have chosen "h2" (ALPN).
 */
export async function openHttp2(
  socket: Duplex,
  request: Pick<EngineRequest, "headers" | "method" | "path">,
  signal: AbortSignal,
): Promise<Http2Answer | undefined> {
  const cut = () => void socket.destroy();
  if (signal.aborted) cut();
  signal.addEventListener("abort", cut, { once: true });
  let answer: Http2Answer | undefined;
  try {
    const client = await greet(socket);
    if (client !== undefined) answer = await send(client, request);
    signal.throwIfAborted();
    return answer;
  } finally {
    signal.removeEventListener("abort", cut);
    if (answer === undefined || signal.aborted) socket.destroy();
  }
}

/** Resolves when the server has sent its settings, which only HTTP/2 servers do. */
async function greet(socket: Duplex): Promise<ClientHttp2Session | undefined> {
  // Only TLS sockets have the property; it has its value when the connection is secure.
  const isTls = "alpnProtocol" in socket;
  socket.on("error", () => {}); // the calls of the other way report it
  if (isTls) {
    const secure = await settle(socket, "secureConnect");
    if (!secure.ok || socket.alpnProtocol !== "h2") return undefined;
  }
  const client = http2.connect(isTls ? "https://docker" : "http://docker", {
    createConnection: () => socket,
    settings: { enablePush: false },
  });
  client.on("error", () => {}); // streams get it too
  return (await settle(client, "remoteSettings")).ok ? client : undefined;
}

async function send(
  client: ClientHttp2Session,
  { headers, method, path }: Pick<EngineRequest, "headers" | "method" | "path">,
): Promise<Http2Answer> {
  const stream = client.request({ ...headers, ":method": method, ":path": path });
  stream.once("close", () => client.destroy());
  const response = await settle<Http2Answer["headers"]>(stream, "response");
  if (!response.ok) throw response.error;
  stream.on("error", () => {}); // until the caller listens
  return { headers: response.value, stream };
}

type Settled<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: unknown };

/** Whether an event comes before an error or the end. Leaves no listener behind. */
async function settle<Value>(emitter: EventEmitter, event: string): Promise<Settled<Value>> {
  const { promise, resolve } = Promise.withResolvers<Settled<Value>>();
  const listeners = {
    [event]: (value: Value) => resolve({ ok: true, value }),
    error: (error: unknown) => resolve({ ok: false, error }),
    close: () => resolve({ ok: false, error: new Error("the connection was closed") }),
  };
  for (const [name, listener] of Object.entries(listeners)) emitter.on(name, listener);
  try {
    return await promise;
  } finally {
    for (const [name, listener] of Object.entries(listeners)) emitter.off(name, listener);
  }
}
