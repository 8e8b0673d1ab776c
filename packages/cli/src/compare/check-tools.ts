// Reaches the ports of containers that checks run, over HTTP and TCP, where the engine publishes them.
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { CheckTools, HttpAnswer } from "@sti/core";

/** Milliseconds that one answer may take. */
const ANSWER_LIMIT = 10_000;
/** Milliseconds that a connection must last: an engine's proxy takes those to closed ports, and ends them at once. */
const KEPT = 100;
const CONNECT_LIMIT = 2000;
/** More of a body is not compared. Bytes. */
const LONGEST_BODY = 4 * 1024 * 1024;

/** `host`: where containers' ports are published. */
export function createCheckTools({ host }: { readonly host: string }): CheckTools {
  return {
    now: Date.now,
    wait: async (milliseconds, signal) => {
      await wait(milliseconds, undefined, { signal });
    },
    deadline: (milliseconds) => AbortSignal.timeout(milliseconds),
    publishOn: host === "127.0.0.1" ? host : undefined,
    isListening: async (hostPort, signal) => await isListening({ host, port: hostPort }, signal),
    request: async (hostPort, check, signal) => {
      const { promise, resolve } = Promise.withResolvers<HttpAnswer>();
      const limit = AbortSignal.timeout(ANSWER_LIMIT);
      const asked = httpRequest(
        {
          host,
          port: hostPort,
          method: check.method,
          path: check.path,
          // The published port is another one each time, and an app may print it.
          headers: { host: "localhost", connection: "close", ...check.headers },
          agent: false,
          signal: AbortSignal.any([signal, limit]),
        },
        (response) => {
          const chunks: Buffer[] = [];
          let size = 0;
          response.on("data", (chunk: Buffer) => {
            size += chunk.length;
            if (size <= LONGEST_BODY) chunks.push(chunk);
          });
          response.on("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: Object.fromEntries(
                Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(", ")]),
              ),
              body: Buffer.concat(chunks).toString(),
            }),
          );
          response.on("error", (error) => resolve({ problem: problemOf(error, limit) }));
        },
      );
      asked.on("error", (error) => resolve({ problem: problemOf(error, limit) }));
      asked.end(check.body);
      const answer = await promise;
      signal.throwIfAborted();
      return answer;
    },
  };
}

function problemOf(error: Error, limit: AbortSignal): string {
  if (limit.aborted) return `no answer in ${ANSWER_LIMIT / 1000} s`;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ECONNREFUSED" || code === "ECONNRESET") return "nothing answers at the port";
  return `no HTTP answer: ${code ?? error.message}`;
}

async function isListening(
  place: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<boolean> {
  signal.throwIfAborted();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(place);
  const late = setTimeout(() => resolve(false), CONNECT_LIMIT);
  let kept: NodeJS.Timeout | undefined;
  socket.on("connect", () => {
    kept = setTimeout(() => resolve(true), KEPT);
  });
  // A server that greets has taken the connection.
  socket.on("data", () => resolve(true));
  socket.on("end", () => resolve(false));
  socket.on("error", () => resolve(false));
  const onAbort = () => resolve(false);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const answer = await promise;
    signal.throwIfAborted();
    return answer;
  } finally {
    signal.removeEventListener("abort", onAbort);
    clearTimeout(late);
    clearTimeout(kept);
    socket.destroy();
  }
}
