// One HTTP request to an engine, without a client library: body streamed in, response streamed out.
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Endpoint, endpointRequest } from "@sti/engine-docker/endpoint";
import { ScriptError } from "./run-script.ts";

export interface EngineRequest {
  readonly endpoint: Pick<Endpoint, "host" | "tls">;
  readonly method: "GET" | "POST";
  /** With its query, e.g. "/images/json?all=1". */
  readonly path: string;
  readonly body?: Readable | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Sends a request; resolves with the response whatever its status. None, or a body that cannot be read, is a ScriptError. */
export async function requestEngine(request: EngineRequest): Promise<IncomingMessage> {
  const { endpoint, method, path, body, signal } = request;
  const { client, options } = endpointRequest(endpoint);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const fail = (error: Error) =>
    reject(new ScriptError(`${method} ${path.split("?")[0]} at ${endpoint.host}: ${error.message}`, 3));
  const outgoing = client.request(
    { ...options, method, path, agent: false, ...(signal && { signal }) },
    resolve,
  );
  outgoing.on("error", fail);
  // An engine that answers early (an error) closes the body's way: the answer counts, not the broken pipe.
  pipeline(body ?? Readable.from([]), outgoing).catch(fail);
  return await promise;
}

/** The whole body of a response as text. */
export async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** Message of an engine's error response, or the status if it contains none. */
export async function readError(response: IncomingMessage): Promise<string> {
  const text = await readText(response);
  try {
    const message: unknown = (JSON.parse(text) as { message?: unknown }).message;
    if (typeof message === "string") return message;
  } catch {
    // not JSON: shown as it is
  }
  return text.trim() || `HTTP ${response.statusCode}`;
}
