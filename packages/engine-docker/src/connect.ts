// Owns one HTTP call to an engine: signal, time limit, upload and the reading of its answer, over dockerode's
// connection. Leaves what the calls mean to the other files. dockerode is loaded with the first call.
import type { Agent, IncomingMessage } from "node:http";
import { type Duplex, Readable } from "node:stream";
import { EngineError } from "@sti/core";
import type Docker from "dockerode";
import { createAgent } from "./create-agent.ts";
import type { Endpoint } from "./endpoint.ts";
import { mapConnectionError, mapStatusError, notAnEngine, type Phase } from "./map-engine-error.ts";

/** One call. Times are in milliseconds. */
export interface EngineRequest {
  /** In a few words, for errors: "create container". */
  readonly operation: string;
  readonly phase?: Phase;
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  /** Encoded, without a query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Sent as JSON. */
  readonly body?: object;
  /** Sent as a tar stream. Its own errors cut the request and reject the call as they are. */
  readonly upload?: AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal | undefined;
  /** How long the engine may take to answer; `open` counts until the headers, `call` the whole answer. */
  readonly limit?: number | undefined;
}

/** An answer whose body is still coming. It must be read to its end or closed. */
export interface EngineStream {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** May be read once. Rejects with EngineError when the stream is cut. */
  readonly bytes: AsyncIterable<Uint8Array>;
  close(): void;
}

export interface Connection {
  /** Resolves to the parsed JSON answer, undefined where the engine answers with nothing. */
  call(request: EngineRequest): Promise<unknown>;
  /** Resolves when the headers of a good answer have come. */
  open(request: EngineRequest): Promise<EngineStream>;
  /**
   * Turns the connection into something else: "tcp", "h2c". Resolves to its two directions, which the caller must
   * destroy. The signal and the limit count until then.
   */
  upgrade(request: EngineRequest, protocol: string): Promise<Duplex>;
}

/** The time limit of calls that do no long work. */
export const shortLimit = 60_000;

export function connect(endpoint: Endpoint): Connection {
  let loading: Promise<Docker> | undefined;
  const open = async (request: EngineRequest, exchange: Exchange): Promise<IncomingMessage> => {
    try {
      request.signal?.throwIfAborted();
      loading ??= loadDocker(endpoint);
      const response = (await dial(await loading, request, exchange)) as IncomingMessage;
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) return response;
      const text = await readText(response);
      throw mapStatusError(status, text, occasionOf(request));
    } catch (error) {
      throw exchange.finish(error);
    }
  };
  return {
    async upgrade(request, protocol) {
      const exchange = startExchange(request);
      try {
        request.signal?.throwIfAborted();
        loading ??= loadDocker(endpoint);
        const answer = await dial(await loading, request, exchange, protocol);
        if (!isAnswer(answer)) {
          exchange.finish(undefined);
          return answer;
        }
        throw mapStatusError(answer.statusCode ?? 0, await readText(answer), occasionOf(request));
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

/** What can end a call early, and which of its errors is the true one. */
interface Exchange {
  readonly signal: AbortSignal;
  readonly upload: Readable | undefined;
  stopClock(): void;
  /** Ends the call's timers and upload; returns the error to throw for `error`. */
  finish(error: unknown): unknown;
}

function startExchange(request: EngineRequest): Exchange {
  const cut = new AbortController();
  const userSignal = request.signal;
  let uploadError: { readonly error: unknown } | undefined;
  let late = false;
  const onAbort = () => cut.abort(userSignal?.reason);
  userSignal?.addEventListener("abort", onAbort, { once: true });
  const clock =
    request.limit === undefined
      ? undefined
      : setTimeout(() => {
          late = true;
          cut.abort();
        }, request.limit);
  const source = request.upload;
  const upload =
    source === undefined
      ? undefined
      : Readable.from(
          watchUpload(source, (error) => {
            uploadError ??= { error };
            cut.abort();
          }),
          { objectMode: false, highWaterMark: 1 << 18 },
        );
  upload?.on("error", () => {}); // dial() adds its listener late; the error itself is kept in uploadError
  return {
    signal: cut.signal,
    upload,
    stopClock: () => clearTimeout(clock),
    finish(error) {
      clearTimeout(clock);
      userSignal?.removeEventListener("abort", onAbort);
      upload?.destroy();
      if (error === undefined) return undefined;
      if (userSignal?.aborted) return userSignal.reason;
      if (uploadError !== undefined) return uploadError.error;
      if (late) {
        const seconds = (request.limit ?? 0) / 1000;
        const message = `no answer within ${seconds} s`;
        return new EngineError({ reason: "unreachable-timeout", operation: request.operation, message });
      }
      return mapConnectionError(error, occasionOf(request));
    },
  };
}

async function* watchUpload(source: AsyncIterable<Uint8Array>, onError: (error: unknown) => void) {
  try {
    yield* source;
  } catch (error) {
    onError(error);
    throw error;
  }
}

/** Resolves to the answer, or where the engine agrees to another protocol to the connection itself. */
function dial(
  docker: Docker,
  request: EngineRequest,
  exchange: Exchange,
  protocol?: string,
): Promise<IncomingMessage | Duplex> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage | Duplex>();
  docker.modem.dial(
    {
      path: request.query === undefined ? request.path : `${request.path}?`,
      method: request.method,
      // dial() takes what it wants out of this object: it is made afresh for each call
      options: { _query: request.query ?? {}, _body: request.body ?? {} },
      headers: {
        ...(request.headers as Record<string, string> | undefined),
        ...(protocol === undefined ? {} : { Upgrade: protocol }),
      },
      ...(protocol === undefined ? {} : { hijack: true }),
      ...(exchange.upload === undefined ? {} : { file: exchange.upload }),
      isStream: true,
      statusCodes: everyStatus,
      abortSignal: exchange.signal,
    },
    (error, answer) => {
      if (error) return reject(error);
      const response = answer as IncomingMessage | Duplex;
      if (!isAnswer(response)) return resolve(response);
      // The signal given above guards the request only, not the answer's body.
      const cut = () => response.destroy(new Error("aborted"));
      if (exchange.signal.aborted) cut();
      else exchange.signal.addEventListener("abort", cut, { once: true });
      resolve(response);
    },
  );
  return promise;
}

function isAnswer(answer: IncomingMessage | Duplex): answer is IncomingMessage {
  return "statusCode" in answer;
}

/** dial() shall hand on every answer: it loses the body's form where it makes errors itself. */
const everyStatus = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [index + 100, true]));

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

function occasionOf(request: EngineRequest) {
  return { operation: request.operation, phase: request.phase ?? "any" };
}

async function loadDocker(endpoint: Endpoint): Promise<Docker> {
  const { default: DockerClient } = await import("dockerode");
  const agent: Agent = createAgent(endpoint);
  const place = endpoint.host.startsWith("tcp://") ? new URL(`http://${endpoint.host.slice(6)}`) : undefined;
  // Every field is named, also the absent ones: what is left out is taken from DOCKER_* variables instead.
  const options = {
    protocol: endpoint.tls === undefined ? ("http" as const) : ("https" as const),
    host: place?.hostname.replace(/^\[|\]$/g, ""),
    port: place?.port,
    socketPath: place === undefined ? socketPathOf(endpoint.host) : undefined,
    agent,
    pathPrefix: "/",
    username: undefined,
    timeout: undefined,
    version: undefined,
    ca: undefined,
    cert: undefined,
    key: undefined,
  };
  return new DockerClient(options as Docker.DockerOptions);
}

/** An ssh endpoint's connections are made by its agent: the path only keeps the client from looking for one. */
function socketPathOf(host: string): string {
  if (host.startsWith("npipe://")) return host.slice("npipe://".length).replaceAll("/", "\\");
  return host.startsWith("unix://") ? host.slice("unix://".length) : "/ssh";
}
