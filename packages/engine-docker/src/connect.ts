// Owns one HTTP call to an engine: its upload and the reading of its answer. When a call is given up is
// begin-exchange.ts; how a request goes out is dial.ts; the meaning of the calls is in the other files.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { createEngineVersion } from "./api-version.ts";
import { beginExchange, type Exchange, occasionOf } from "./begin-exchange.ts";
import { openSocket } from "./create-agent.ts";
import { createDialer, isAnswer } from "./dial.ts";
import type { Endpoint } from "./endpoint.ts";
import type { EngineRequest } from "./engine-request.ts";
import { mapStatusError, notAnEngine } from "./map-engine-error.ts";
import type { Http2Answer } from "./open-http2.ts";
import { ENDLESS_PATIENCE, type Patience } from "./patience.ts";

/** Options of calls without a limit. */
export interface LastingOptions {
  readonly signal: AbortSignal;
}

/** An answer whose body is still coming. It must be read to its end or closed. */
export interface EngineStream {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** May be read once. Rejects with EngineError when the stream is cut. */
  readonly bytes: AsyncIterable<Uint8Array>;
  close(): void;
}

/**
 * Until `speak` is called, calls have no version in their path. A call that begins later waits for the engine's version
 * and is sent in that version, or in the newest one that sti was tried with.
 */
export interface Connection {
  /** `version`: newest API version of the engine. If it is undefined or rejects, it stays as it was. */
  speak(version: Promise<string | undefined>): void;
  /** Newest API version of the engine; undefined where it is not known. */
  engineVersion(options: LastingOptions): Promise<string | undefined>;
  /** Resolves to the parsed JSON answer, undefined where the engine answers with nothing. */
  call(request: EngineRequest): Promise<unknown>;
  /** Resolves when the headers of a good answer have come. */
  open(request: EngineRequest): Promise<EngineStream>;
  /**
   * Turns the connection into something else: "tcp", "h2c". Resolves to its two directions, which the caller must
   * destroy. The signal and the limit count until then.
   */
  upgrade(request: EngineRequest, protocol: string): Promise<Duplex>;
  /**
   * Calls over HTTP/2 on a connection of its own; the path has no version. Resolves when the headers of an answer with
   * any status are there, to undefined where HTTP/2 is not spoken. The caller must close the stream. The signal and
   * the limit count until then.
   */
  openHttp2(request: EngineRequest): Promise<Http2Answer | undefined>;
}

export function connect(endpoint: Endpoint, patience: Patience = ENDLESS_PATIENCE): Connection {
  const version = createEngineVersion();
  const dial = createDialer(endpoint, version);
  const startExchange = (request: EngineRequest) => beginExchange(request, { patience, host: endpoint.host });
  const open = async (request: EngineRequest, exchange: Exchange): Promise<IncomingMessage> => {
    try {
      const response = (await dial(request, exchange)) as IncomingMessage;
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) return response;
      const text = await readText(response);
      throw mapStatusError(status, text, occasionOf(request));
    } catch (error) {
      throw exchange.finish(error);
    }
  };
  return {
    speak: version.learn,
    engineVersion: ({ signal }) => version.read(signal),
    async upgrade(request, protocol) {
      const exchange = startExchange(request);
      try {
        const answer = await dial(request, exchange, protocol);
        if (!isAnswer(answer)) {
          exchange.finish(undefined);
          endWith(answer, patience.end);
          return answer;
        }
        throw mapStatusError(answer.statusCode ?? 0, await readText(answer), occasionOf(request));
      } catch (error) {
        throw exchange.finish(error);
      }
    },
    async openHttp2(request) {
      const exchange = startExchange(request);
      try {
        const { openHttp2 } = await import("./open-http2.ts");
        const answer = await openHttp2(openSocket(endpoint), request, exchange.signal);
        exchange.finish(undefined);
        if (answer !== undefined) endWith(answer.stream, patience.end);
        return answer;
      } catch (error) {
        throw exchange.finish(error);
      }
    },
    async open(request) {
      const exchange = startExchange(request);
      const response = await open(request, exchange);
      exchange.stopClock();
      return {
        headers: response.headers,
        bytes: readBody(response, exchange),
        close() {
          response.destroy();
          exchange.finish(undefined);
        },
      };
    },
    async call(request) {
      const exchange = startExchange(request);
      const response = await open(request, exchange);
      let text: string;
      try {
        text = await readText(response);
      } catch (error) {
        throw exchange.finish(error);
      }
      exchange.finish(undefined);
      if (text.trim() === "") return undefined;
      try {
        return JSON.parse(text);
      } catch {
        throw notAnEngine(request.operation, text);
      }
    },
  };
}

/** A connection that was turned into something else is the caller's, but never outlives the process's work. */
function endWith(socket: Duplex, end: AbortSignal): void {
  const destroy = () => socket.destroy();
  if (end.aborted) destroy();
  end.addEventListener("abort", destroy, { once: true });
  socket.once("close", () => end.removeEventListener("abort", destroy));
}

async function* readBody(response: IncomingMessage, exchange: Exchange): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response) yield chunk as Uint8Array;
  } catch (error) {
    throw exchange.finish(error);
  } finally {
    response.destroy();
    exchange.finish(undefined);
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString("utf8");
}
