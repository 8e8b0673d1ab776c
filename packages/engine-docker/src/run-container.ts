// Owns the life of a container's main process: attach, start, output to its end, exit status, and killing it
// when the caller gives up. Removing the container is the caller's.
import type { Duplex } from "node:stream";
import { EngineError, type ExitStatus, isUncertain, type OnOutput } from "@sti/core";
import type { Connection, EngineStream, LastingOptions } from "./connect.ts";
import { decodeLogStream } from "./decode-log-stream.ts";
import { shortLimit, UNLIMITED } from "./engine-request.ts";
import { asObject, asState, asText, type Json } from "./json-fields.ts";
import { mapConnectionError, notAnEngine } from "./map-engine-error.ts";
import { readJsonLines } from "./read-json-lines.ts";

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
    // Podman makes a container ready to start here, and reports here why it cannot start.
    phase: "start",
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
    // Not cut short by the signal: the engine starts the container anyway, which must then be killed.
    await connection.call({
      operation: "start container",
      phase: "start",
      method: "POST",
      path: `${path}/start`,
      limit: shortLimit,
    });
  } catch (error) {
    if (!(await hasStarted(connection, path, error))) {
      output.close();
      throw signal.aborted ? signal.reason : error;
    }
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
  socket.on("error", () => {}); // the reader gets the error, also an earlier one
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
  const exitCode = await awaitExit(connection, path, signal);
  if (exitCode === undefined) return { exitCode: KILLED, outOfMemory: false, fromOutside: "removed" };
  // Any other code is the script's own, for any cause of its end.
  if (exitCode <= SIGNALLED) return { exitCode, outOfMemory: false };
  try {
    return await explainEnd(connection, path, { exitCode, signal });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { exitCode, outOfMemory: false };
  }
}

/** Engine's details about a main process that a signal has ended, or that reports such an end of another one. */
async function explainEnd(
  connection: Connection,
  path: string,
  { exitCode, signal }: { readonly exitCode: number; readonly signal: AbortSignal },
): Promise<ExitStatus> {
  const state = await inspectState(connection, path, signal);
  // Its end is reported before it is gone.
  const isGoing = state === undefined || asText(state.Status) === "removing" || state.Dead === true;
  if (isGoing) return { exitCode, outOfMemory: false, fromOutside: "removed" };
  if (exitCode === KILLED && state.OOMKilled === true) return { exitCode, outOfMemory: true };
  const wasKilled = await wasKilledFromOutside(connection, path, { state, signal });
  return { exitCode, outOfMemory: false, ...(wasKilled ? { fromOutside: "killed" } : {}) };
}

/** Exit codes above it are 128 and the number of a signal. */
const SIGNALLED = 128;
/** 128 + SIGKILL: how the kernel ends what uses too much memory, among others. */
const KILLED = 137;

/** Undefined: there is no such container any more. */
async function awaitExit(
  connection: Connection,
  path: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  let answer: Json;
  try {
    answer = asObject(
      await connection.call({
        operation: "wait for container",
        method: "POST",
        path: `${path}/wait`,
        signal,
        limit: UNLIMITED,
      }),
    );
  } catch (error) {
    if (error instanceof EngineError && error.reason === "not-found") return undefined;
    if (!isUncertain(error)) throw error;
    return await readExit(connection, path, { error, signal });
  }
  if (typeof answer.StatusCode !== "number") throw notAnEngine(operation, JSON.stringify(answer));
  const problem = asText(asObject(answer.Error).Message);
  if (problem !== "") throw new EngineError({ reason: "other", operation, message: problem });
  return answer.StatusCode;
}

/** The answer to the wait was lost: the container is asked once whether it has ended. */
async function readExit(
  connection: Connection,
  path: string,
  { error, signal }: { readonly error: EngineError; readonly signal: AbortSignal },
): Promise<number | undefined> {
  const state = await inspectState(connection, path, signal);
  if (state === undefined) return undefined;
  if (state.Running === true || typeof state.ExitCode !== "number") throw error;
  return state.ExitCode;
}

/** The answer to the start was lost, or is unclear: asks the container once whether it runs, or has run. */
async function hasStarted(connection: Connection, path: string, error: unknown): Promise<boolean> {
  if (!isUncertain(error)) return false;
  try {
    const state = await inspectState(connection, path, undefined);
    return state?.Running === true || asState(state?.Status) === "exited";
  } catch (unanswered) {
    if (!(unanswered instanceof EngineError)) throw unanswered;
    return false;
  }
}

async function inspectState(
  connection: Connection,
  path: string,
  signal: AbortSignal | undefined,
): Promise<Json | undefined> {
  try {
    const answer = await connection.call({
      operation: "inspect container",
      method: "GET",
      path: `${path}/json`,
      signal,
      limit: shortLimit,
    });
    return asObject(asObject(answer).State);
  } catch (error) {
    if (error instanceof EngineError && error.reason === "not-found") return undefined;
    throw error;
  }
}

/** Engines note each signal that was sent by a call; the times are their own. */
async function wasKilledFromOutside(
  connection: Connection,
  path: string,
  { signal, state }: { readonly state: Json; readonly signal: AbortSignal },
): Promise<boolean> {
  const since = toUnixTime(asText(state.StartedAt));
  const until = toUnixTime(asText(state.FinishedAt), EVENT_DELAY);
  if (since === undefined || until === undefined) return false;
  const container = decodeURIComponent(path.slice(path.lastIndexOf("/") + 1));
  const clock = AbortSignal.timeout(EVENTS_LIMIT);
  const events = await connection.open({
    operation: "read events",
    method: "GET",
    path: "/events",
    query: { since, until, filters: JSON.stringify({ container: [container], event: ["kill"] }) },
    signal: AbortSignal.any([signal, clock]),
    limit: EVENTS_LIMIT,
  });
  try {
    for await (const _ of readJsonLines(events.bytes, operation)) return true;
    return false;
  } catch (error) {
    if (clock.aborted && signal.aborted !== true) return false;
    throw error;
  }
}

/** "1764356413.668", the form that all engines take; undefined if it is no time. */
function toUnixTime(time: string, later = 0): string | undefined {
  const milliseconds = Date.parse(time);
  return Number.isNaN(milliseconds) ? undefined : ((milliseconds + later) / 1000).toFixed(3);
}

/** Milliseconds: the end may be noted before the signal that was the cause. */
const EVENT_DELAY = 2000;

/** Milliseconds for past events, which an engine has at hand, and for that delay. */
const EVENTS_LIMIT = 10_000;

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
