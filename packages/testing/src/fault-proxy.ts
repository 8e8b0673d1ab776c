// Stands between sti and an engine, or a registry and both of them, counts and numbers calls, and does to chosen ones what
// networks and servers do: delay, cut, another answer, no answer. From socket to socket, or from port to port.
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { describeCall, type Fault, type FaultRule, faultOf } from "./fault-rules.ts";

/** The path of a unix socket, or a port of a host. */
export type ProxyEnd = string | { readonly host: string; readonly port: number };

export interface FaultProxy {
  /** "unix:///…", or "HOST:PORT" */
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
  /** Of the engine or registry. */
  readonly target: ProxyEnd;
  /** The proxy's own. */
  readonly socket: ProxyEnd;
  /** Gives calls another path, with its query. Left out: all are passed on as they are. */
  readonly rewrite?: (url: string) => string;
}): Promise<FaultProxy> {
  const { rewrite = (url) => url } = options;
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
    const whole = `${request.method} ${request.url}`;
    return faultOf(rules, { call, nth: now, number: calls.length, request: whole });
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
    passOn(request, response, { ...options, rewrite }, fault);
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
    passOnUpgrade(request, socket, { ...options, rewrite });
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen(options.socket, resolve);
  await promise;
  return {
    host: describeEnd(server.address() as AddressInfo | string),
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

interface Onward {
  readonly target: ProxyEnd;
  readonly rewrite: (url: string) => string;
}

function connectTo(end: ProxyEnd): http.RequestOptions {
  return typeof end === "string" ? { socketPath: end } : { host: end.host, port: end.port };
}

function describeEnd(bound: AddressInfo | string): string {
  return typeof bound === "string" ? `unix://${bound}` : `${bound.address}:${bound.port}`;
}

function passOn(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  { rewrite, target }: Onward,
  fault: Fault | undefined,
): void {
  const { method, url = "/", headers } = request;
  const onward = http.request(
    { ...connectTo(target), method, path: rewrite(url), headers, agent: false },
    (answer) => {
      if (fault?.kind === "drop-reply") {
        // An attach takes effect when it is answered; any other call is done with the answer's end.
        answer.resume().on("end", () => response.destroy());
        if (/\/attach\b/.test(url)) response.destroy();
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
    },
  );
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

/** No faults are made of an upgraded connection. */
function passOnUpgrade(request: http.IncomingMessage, socket: Duplex, { rewrite, target }: Onward): void {
  const { headers, method, url = "/" } = request;
  const onward = http.request({ ...connectTo(target), method, path: rewrite(url), headers, agent: false });
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
