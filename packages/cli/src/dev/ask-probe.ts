// Asks a container once whether it is up, over HTTP or TCP. The time and number of calls are core's.
import { request } from "node:http";
import { connect } from "node:net";
import type { Address, AskProbe } from "@sti/core";

/**
 * Milliseconds that a TCP connection must stay open. Engines publish a port before anything listens behind it: they
 * take the connection, and close it when they find nobody.
 */
const KEPT_OPEN = 100;

export const askProbe: AskProbe = (probe, address, signal) =>
  probe.kind === "http" ? askHttp(probe.path, address, signal) : askTcp(address, signal);

async function askHttp(
  path: string,
  { host, port }: Address,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const asking = request({ host, port, path, agent: false, signal }, (response) => {
    const { statusCode = 0 } = response;
    // The answer itself is of no use, however long it goes on.
    response.destroy();
    resolve(statusCode >= 200 && statusCode < 400 ? undefined : `status ${statusCode}`);
  });
  asking.on("error", (error) => resolve(describeError(error)));
  asking.end();
  const answer = await promise;
  signal.throwIfAborted();
  return answer;
}

async function askTcp({ host, port }: Address, signal: AbortSignal): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = connect({ host, port, signal });
  let timer: NodeJS.Timeout | undefined;
  socket.on("connect", () => {
    timer = setTimeout(resolve, KEPT_OPEN, undefined);
  });
  socket.on("data", () => resolve(undefined));
  socket.on("error", (error) => resolve(describeError(error)));
  socket.on("close", () => resolve("the connection was closed"));
  try {
    const answer = await promise;
    signal.throwIfAborted();
    return answer;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

function describeError(error: NodeJS.ErrnoException): string {
  if (error.code === "ECONNREFUSED") return "connection refused";
  if (error.code === "ECONNRESET" || error.code === "EPIPE") return "the connection was closed";
  return error.message;
}
