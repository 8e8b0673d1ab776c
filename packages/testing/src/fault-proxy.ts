// Stands between sti and an engine, counts and numbers calls, and does to chosen ones what networks and engines do:
// delay, cut, another answer, no answer. Unix socket to unix socket.
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";

/** Fault of a call that is not passed on unchanged. Times are in milliseconds. */
export type Fault =
  /** Passed on that much later. */
  | { readonly kind: "delay"; readonly milliseconds: number }
  /** The answer is cut off, without a proper end, after so many bytes of its body. */
  | { readonly kind: "cut"; readonly afterBytes: number }
  /** Answered by the proxy; the engine sees nothing. */
  | { readonly kind: "replace"; readonly status: number; readonly body: string; readonly type?: string }
  /** The engine does it, but the connection breaks before its answer arrives. */
  | { readonly kind: "drop-reply" }
  /** The connection breaks before the engine sees the call. */
  | { readonly kind: "reset" }
  /** Nothing is answered and nothing breaks; with `after` "call" the engine has done it, with "nothing" it never sees it. */
  | { readonly kind: "hang"; readonly after: "call" | "nothing" };

export interface FaultRule {
  /** As counted: "POST /containers/:id/start"; calls of every kind when left out. */
  readonly call?: string;
  /** Number of the matching call, from 1 on; all of them when left out. */
  readonly nth?: number;
  readonly fault: Fault;
}

export interface FaultProxy {
  /** "unix:///…" */
  readonly host: string;
  /** Calls so far by method and path template, e.g. "GET /images/:id/json". */
  readonly counts: ReadonlyMap<string, number>;
  /** All calls in the order in which they came, by method and path template. */
  readonly calls: readonly string[];
  inject(rule: FaultRule): void;
  /** Takes all rules away: from now on calls are passed on as they are. */
  clear(): void;
  /** Resolves when so many calls of a kind have come, whatever becomes of them. */
  seen(call: string, count: number): Promise<void>;
  close(): Promise<void>;
}

export async function startFaultProxy(options: {
  /** The engine's socket. */
  readonly target: string;
  /** The proxy's own socket. */
  readonly socket: string;
}): Promise<FaultProxy> {
  const counts = new Map<string, number>();
  const calls: string[] = [];
  const rules: FaultRule[] = [];
  const watchers: { readonly call: string; readonly count: number; readonly resolve: () => void }[] = [];
  const upgraded = new Set<Duplex>();
  const count = (request: http.IncomingMessage) => {
    const call = describeCall(request.method ?? "GET", request.url ?? "/");
    const now = (counts.get(call) ?? 0) + 1;
    counts.set(call, now);
    calls.push(call);
    for (const watcher of watchers) if (watcher.call === call && watcher.count <= now) watcher.resolve();
    return faultOf(rules, { call, nth: now, number: calls.length });
  };
  const server = http.createServer(async (request, response) => {
    const fault = count(request);
    if (fault?.kind === "delay") await pause(fault.milliseconds);
    if (fault?.kind === "reset") {
      request.socket.destroy();
      return;
    }
    if (fault?.kind === "hang" && fault.after === "nothing") {
      request.resume();
      return;
    }
    if (fault?.kind === "replace") {
      // Read to its end: a client that still writes would see a broken connection instead.
      const { promise, resolve } = Promise.withResolvers<void>();
      request.once("close", resolve).resume();
      await promise;
      const { status, body, type } = fault;
      response.writeHead(status, { "content-type": type ?? "application/json" }).end(body);
      return;
    }
    passOn(request, response, options.target, fault);
  });
  // As engines do: an idle connection stays, and no call is too slow.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.on("upgrade", async (request, socket) => {
    const fault = count(request);
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
    if (fault?.kind === "delay") await pause(fault.milliseconds);
    if (fault?.kind === "reset" || fault?.kind === "drop-reply" || fault?.kind === "cut") {
      socket.destroy();
      return;
    }
    if (fault?.kind === "hang") {
      socket.on("error", () => {}).resume();
      return;
    }
    if (fault?.kind === "replace") {
      const { status, body, type } = fault;
      const head = [
        `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? "Status"}`,
        `content-type: ${type ?? "application/json"}`,
        `content-length: ${Buffer.byteLength(body)}`,
        "connection: close",
      ];
      socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
      return;
    }
    passOnUpgrade(request, socket, options.target);
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen(options.socket, resolve);
  await promise;
  return {
    host: `unix://${server.address() as AddressInfo | string}`,
    counts,
    calls,
    inject: (rule) => rules.push(rule),
    clear: () => {
      rules.length = 0;
    },
    seen: (call, count) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      if ((counts.get(call) ?? 0) >= count) resolve();
      else watchers.push({ call, count, resolve });
      return promise;
    },
    async close() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
      await closed.promise;
    },
  };
}

function passOn(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  target: string,
  fault: Fault | undefined,
): void {
  const { method, url, headers } = request;
  const onward = http.request({ socketPath: target, method, path: url, headers, agent: false }, (answer) => {
    if (fault?.kind === "drop-reply") {
      // An attach takes effect when it is answered; any other call is done with the answer's end.
      answer.resume().on("end", () => response.destroy());
      if (/\/attach\b/.test(url ?? "")) response.destroy();
      return;
    }
    if (fault?.kind === "hang") {
      answer.resume();
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    let left = fault?.kind === "cut" ? fault.afterBytes : Number.POSITIVE_INFINITY;
    let isCut = false;
    answer.on("data", (chunk: Buffer) => {
      // Data that has already arrived is delivered even after the end.
      if (isCut) return;
      if (chunk.length < left) {
        left -= chunk.length;
        response.write(chunk);
        return;
      }
      isCut = true;
      // Written out first, then cut: the peer shall see exactly that much.
      response.write(chunk.subarray(0, left), () => response.destroy());
      answer.destroy();
    });
    answer.on("end", () => response.end());
    answer.on("error", () => response.destroy());
  });
  onward.on("error", () => response.destroy());
  response.on("close", () => onward.destroy());
  sendBody(request, onward);
}

/**
 * A short body goes on in one piece: engines answer a document as soon as it is complete and close the connection,
 * which a last chunk sent after it would meet as an error.
 */
function sendBody(request: http.IncomingMessage, onward: http.ClientRequest): void {
  if (request.headers["content-type"] !== "application/json") {
    request.pipe(onward);
    return;
  }
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    onward.removeHeader("transfer-encoding");
    onward.setHeader("content-length", body.length);
    onward.end(body);
  });
}

/** `number`: of the call among all calls. */
function faultOf(
  rules: readonly FaultRule[],
  { call, nth, number }: { readonly call: string; readonly nth: number; readonly number: number },
): Fault | undefined {
  const rule = rules.find((one) =>
    one.call === undefined
      ? one.nth === undefined || one.nth === number
      : one.call === call && (one.nth === undefined || one.nth === nth),
  );
  return rule?.fault;
}

/** No faults are made of an upgraded connection. */
function passOnUpgrade(request: http.IncomingMessage, socket: Duplex, target: string): void {
  const { headers, method, url } = request;
  const onward = http.request({ socketPath: target, method, path: url, headers, agent: false });
  const head = ({ headers: answered, statusCode, statusMessage }: http.IncomingMessage, more: object = {}) =>
    [
      `HTTP/1.1 ${statusCode} ${statusMessage}`,
      ...Object.entries({ ...answered, ...more }).map(([name, value]) => `${name}: ${value}`),
      "\r\n",
    ].join("\r\n");
  onward.on("upgrade", (answer, other, first) => {
    socket.write(head(answer));
    socket.write(first);
    other.on("error", () => socket.destroy()).on("close", () => socket.destroy());
    socket.on("close", () => other.destroy());
    other.pipe(socket).pipe(other);
  });
  onward.on("response", (answer) => {
    socket.write(head(answer, { connection: "close" }));
    answer.pipe(socket);
  });
  onward.on("error", () => socket.destroy());
  socket.on("error", () => onward.destroy());
  onward.end();
}

/** Ids, names and versions are taken out of the path, so that calls of one kind count as one. */
export function describeCall(method: string, url: string): string {
  const path = url
    .replace(/\?.*$/, "")
    .replace(/^\/v\d+\.\d+\//, "/")
    .replace(/^\/(containers|volumes|networks)\/(?!create$|json$|prune$)[^/]+/, "/$1/:id")
    .replace(
      /^\/images\/(?!create$|json$|prune$|load$)(.+?)(\/json|\/tag|\/history|\/push)?$/,
      "/images/:id$2",
    );
  return `${method} ${path}`;
}
