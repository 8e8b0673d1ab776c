// Owns the life of a container's main process: attach, start, output to its end, exit status, and killing it
// when the caller gives up. Removing the container is the caller's.
import type { Duplex } from "node:stream";
import { EngineError, type ExitStatus, type OnOutput } from "@sti/core";
import { type Connection, type EngineStream, type LastingOptions, shortLimit, UNLIMITED } from "./connect.ts";
import { decodeLogStream } from "./decode-log-stream.ts";
import { asObject, asText } from "./json-fields.ts";
import { mapConnectionError, notAnEngine } from "./map-engine-error.ts";

/** Of errors that are about all of it. */
const operation = "run container";

export async function runContainer(
  connection: Connection,
  container: string,
  options: LastingOptions & {
    readonly onOutput: OnOutput;
    readonly input?: Uint8Array | Promise<Uint8Array> | undefined;
    readonly onStarted?: (() => void) | undefined;
  },
): Promise<ExitStatus> {
  const { input, signal } = options;
  const path = `/containers/${encodeURIComponent(container)}`;
  // Attached before the start, so that not even the first byte is lost.
  const attach = {
    operation: "attach to container",
    method: "POST",
    path: `${path}/attach`,
    signal,
    limit: shortLimit,
  } as const;
  const output =
    input === undefined
      ? await connection.open({ ...attach, query: { stream: 1, stdout: 1, stderr: 1 } })
      : await attachWithInput(connection, attach, input, signal);
  try {
    // Not cut short by the signal: an engine that was told to start does so, and must then be told to kill.
    await connection.call({
      operation: "start container",
      phase: "start",
      method: "POST",
      path: `${path}/start`,
      limit: shortLimit,
    });
  } catch (error) {
    output.close();
    throw signal.aborted ? signal.reason : error;
  }
  try {
    signal.throwIfAborted();
    options.onStarted?.();
    return await followToEnd(connection, path, output, options);
  } catch (error) {
    output.close();
    if (signal.aborted) await kill(connection, path);
    throw error;
  }
}

/** Input that is there is sent at once: the engine hands it on when the container has started. */
async function attachWithInput(
  connection: Connection,
  attach: Parameters<Connection["upgrade"]>[0],
  input: Uint8Array | Promise<Uint8Array>,
  signal: AbortSignal,
): Promise<Pick<EngineStream, "bytes" | "close">> {
  const query = { stream: 1, stdin: 1, stdout: 1, stderr: 1 };
  const socket = await connection.upgrade({ ...attach, query }, "tcp");
  const onAbort = () => socket.destroy();
  signal.addEventListener("abort", onAbort, { once: true });
  const close = () => {
    signal.removeEventListener("abort", onAbort);
    socket.destroy();
  };
  socket.on("error", () => {}); // whoever reads is told, also of what comes before
  const send = (bytes: Uint8Array) => void socket.write(bytes);
  if (input instanceof Promise) input.then(send, () => {});
  else send(input);
  return { bytes: readSocket(socket, close, signal), close };
}

async function* readSocket(
  socket: Duplex,
  close: () => void,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of socket) yield chunk as Uint8Array;
  } catch (error) {
    throw signal.aborted ? signal.reason : mapConnectionError(error, { operation, phase: "any" });
  } finally {
    close();
  }
}

async function followToEnd(
  connection: Connection,
  path: string,
  output: Pick<EngineStream, "bytes">,
  { onOutput, signal }: LastingOptions & { readonly onOutput: OnOutput },
): Promise<ExitStatus> {
  for await (const chunk of decodeLogStream(output.bytes)) onOutput(chunk);
  const answer = asObject(
    await connection.call({
      operation: "wait for container",
      method: "POST",
      path: `${path}/wait`,
      signal,
      limit: UNLIMITED,
    }),
  );
  if (typeof answer.StatusCode !== "number") throw notAnEngine(operation, JSON.stringify(answer));
  const problem = asText(asObject(answer.Error).Message);
  if (problem !== "") throw new EngineError({ reason: "other", operation, message: problem });
  const exitCode = answer.StatusCode;
  return { exitCode, outOfMemory: exitCode === killed && (await wasOutOfMemory(connection, path, signal)) };
}

/** 128 + SIGKILL: how the kernel ends what uses too much memory, among others. */
const killed = 137;

async function wasOutOfMemory(connection: Connection, path: string, signal: AbortSignal) {
  const answer = await connection.call({
    operation: "inspect container",
    method: "GET",
    path: `${path}/json`,
    signal,
    limit: shortLimit,
  });
  return asObject(asObject(answer).State).OOMKilled === true;
}

async function kill(connection: Connection, path: string): Promise<void> {
  try {
    await connection.call({
      operation: "kill container",
      method: "POST",
      path: `${path}/kill`,
      limit: 10_000,
    });
  } catch (error) {
    // It may have ended by itself, and removing it kills as well; the caller's own reason is what counts.
    if (!(error instanceof EngineError)) throw error;
  }
}
