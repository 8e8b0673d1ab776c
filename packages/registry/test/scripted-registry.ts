// A registry whose answers a test writes, request by request, and which notes everything that it was asked.
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Number among the requests of the same method and path, from 1 on. */
  readonly nth: number;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** The connection breaks after so many bytes of the body. */
  readonly cutAfter?: number;
  /** Answered when this is settled. */
  readonly after?: Promise<void>;
  /** Nothing is answered, or, with "body", nothing after the head and the first byte. */
  readonly hangs?: "head" | "body";
}

export interface ScriptedRegistry {
  /** "HOST:PORT" */
  readonly address: string;
  readonly asked: readonly Asked[];
  /** The largest number of requests that were open at once. */
  readonly mostOpen: () => number;
  /** "GET /v2/a/tags/list", in their order, without the first question for the challenge. */
  readonly calls: () => readonly string[];
}

/** "/v2/" is answered with 200 unless `answer` does. Ends with the test. */
export async function startScripted(
  answer: (request: Asked) => Reply | undefined,
  host = "127.0.0.1",
): Promise<ScriptedRegistry> {
  const asked: Asked[] = [];
  const counts = new Map<string, number>();
  let [open, most] = [0, 0];
  const server = createServer(async (request, response) => {
    const { headers, method = "", url: path = "" } = request;
    most = Math.max(most, ++open);
    response.once("close", () => {
      open -= 1;
    });
    const nth = (counts.get(`${method} ${path}`) ?? 0) + 1;
    counts.set(`${method} ${path}`, nth);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return; // the client has given it up
    }
    const one = { method, path, headers, body: Buffer.concat(chunks).toString(), nth };
    asked.push(one);
    const reply = answer(one) ?? (path === "/v2/" ? { status: 200, body: "{}" } : { status: 404 });
    const body = Buffer.from(reply.body ?? "");
    await reply.after;
    if (reply.hangs === "head") return;
    const isChunked = reply.headers?.["transfer-encoding"] !== undefined;
    response.writeHead(reply.status ?? 200, {
      "content-type": "application/json",
      ...(isChunked ? {} : { "content-length": String(body.length) }),
      ...reply.headers,
    });
    if (reply.hangs === "body") return void response.write(body.subarray(0, 1));
    if (reply.cutAfter === undefined) return void response.end(method === "HEAD" ? undefined : body);
    response.write(body.subarray(0, reply.cutAfter), () => response.destroy());
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, host, resolve);
  await promise;
  onTestFinished(async () => {
    server.closeAllConnections();
    const closed = Promise.withResolvers<void>();
    server.close(() => closed.resolve());
    await closed.promise;
  });
  return {
    address: `${host}:${(server.address() as AddressInfo).port}`,
    asked,
    mostOpen: () => most,
    calls: () => asked.filter(({ path }) => path !== "/v2/").map(({ method, path }) => `${method} ${path}`),
  };
}
