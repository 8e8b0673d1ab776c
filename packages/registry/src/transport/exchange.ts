// One HTTP request and its answer, over the pool of its host, with redirects of reading requests followed. Knows no
// credentials but those it is given, and gives them to the first host alone.
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { finished, type Readable } from "node:stream";
import { RegistryError } from "@sti/core";
import type { Connections } from "./connections.ts";
import { connectionError, invalid, lacksAuthority, type Occasion } from "./map-registry-error.ts";
import type { RequestLimits } from "./registry-options.ts";
import { sendRequest } from "./send-request.ts";

export interface Exchange extends Occasion {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly authorization?: string | undefined;
  /** Called for each attempt. */
  readonly body?: (() => Uint8Array | Readable) | undefined;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Has to be read to its end, or discarded. */
  readonly body: IncomingMessage;
  /** The last one of the redirects. */
  readonly url: URL;
}

/** Registries redirect blobs to their storage, and some of those once more. */
const MOST_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Sends a request. Rejects with RegistryError, or with the signal's reason. */
export async function exchange(
  connections: Connections,
  request: Exchange,
  limits: RequestLimits,
): Promise<Answer> {
  let { url } = request;
  for (let redirects = 0; ; redirects++) {
    const isOwn = url.origin === request.url.origin;
    const answer = await sendOnce(connections, request, { url, limits, authorization: isOwn });
    const location = answer.headers.location;
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (!isRead || !REDIRECTS.has(answer.status) || location === undefined) return { ...answer, url };
    discard(answer.body);
    if (redirects === MOST_REDIRECTS) throw invalid(request, "redirects in a circle", answer.status);
    url = follow(request, url, location);
  }
}

function follow(request: Exchange, from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (to === undefined || !/^https?:$/.test(to.protocol)) {
    throw invalid(request, "redirects to an address that is none");
  }
  if (to.protocol === "http:" && from.protocol === "https:") {
    throw invalid(request, `redirects to ${to.host} without TLS`);
  }
  return to;
}

async function sendOnce(
  connections: Connections,
  request: Exchange,
  to: { readonly url: URL; readonly limits: RequestLimits; readonly authorization: boolean },
): Promise<Omit<Answer, "url">> {
  const { url, limits } = to;
  const { authorization, headers, method, signal } = request;
  const attempt = async () => {
    signal.throwIfAborted();
    const pool = await connections.pool(url);
    const sent = {
      method,
      url,
      headers: {
        "user-agent": "sti",
        ...headers,
        ...(to.authorization && authorization !== undefined ? { authorization } : {}),
      },
      body: request.body?.(),
      signal,
    };
    const body = await sendRequest(pool, sent, limits);
    return { status: body.statusCode ?? 0, headers: body.headers, body };
  };
  const mapped = (error: unknown) => {
    signal.throwIfAborted();
    return connectionError({ ...request, registry: url.host }, error);
  };
  try {
    return await attempt();
  } catch (error) {
    const first = mapped(error);
    if (!lacksAuthority(first)) throw first;
    connections.widen(url);
  }
  try {
    return await attempt();
  } catch (error) {
    throw mapped(error);
  }
}

/** Bytes of an answer that nobody wants: reading them takes less time than another connection. */
const READ_ALL_THE_SAME = 128 * 1024;

/** Ends an answer that is not of interest. A short one is read, so that its connection can be used again. */
export function discard(body: Answer["body"]): void {
  const announced = Number(body.headers["content-length"] ?? Number.POSITIVE_INFINITY);
  if (announced <= READ_ALL_THE_SAME) body.resume();
  else body.destroy();
}

/** The whole body. Rejects with RegistryError "invalid" if it is larger than `limit` bytes. */
export async function readBody(
  occasion: Occasion & { readonly signal: AbortSignal },
  answer: Pick<Answer, "headers" | "body" | "status">,
  limit: number,
): Promise<Buffer> {
  const { body, headers, status } = answer;
  const tooLarge = () => invalid(occasion, `answered with more than ${limit} bytes`, status);
  try {
    if (Number(headers["content-length"] ?? 0) > limit) throw tooLarge();
    return await collect(body, limit, tooLarge);
  } catch (error) {
    body.destroy();
    occasion.signal.throwIfAborted();
    throw error instanceof RegistryError ? error : connectionError(occasion, error);
  }
}

/** By events: as an iterator a body of one chunk takes several times as long. */
async function collect(body: Readable, limit: number, tooLarge: () => Error): Promise<Buffer> {
  const { promise, reject, resolve } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  body.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) reject(tooLarge());
  });
  finished(body, (error) => (error ? reject(error) : resolve(Buffer.concat(chunks))));
  return await promise;
}

/** Of the content, as the answer states it; "" where it does not. */
export function typeOf({ headers }: Pick<Answer, "headers">): string {
  return headers["content-type"] ?? "";
}
