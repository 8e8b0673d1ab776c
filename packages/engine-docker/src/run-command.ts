// Owns a command that runs beside the main process of a container: its start, its two directions, its terminal's size
// and its exit code. The engine has no call that ends one: removing the container does.
import type { Duplex } from "node:stream";
import { EngineError, type OnOutput, type TerminalSize } from "@sti/core";
import type { Connection, LastingOptions } from "./connect.ts";
import { decodeLogStream } from "./decode-log-stream.ts";
import { shortLimit, UNLIMITED } from "./engine-request.ts";
import { asObject, asText, type Json } from "./json-fields.ts";
import { mapConnectionError, notAnEngine } from "./map-engine-error.ts";
import { readJsonLines } from "./read-json-lines.ts";

/** Of errors that are about all of it. */
const operation = "run command";

export interface CommandOptions extends LastingOptions {
  readonly command: readonly string[];
  readonly input?: AsyncIterable<Uint8Array> | undefined;
  readonly terminal?: TerminalSize | undefined;
  readonly onOutput: OnOutput;
}

export async function runCommand(
  connection: Connection,
  container: string,
  { command, input, onOutput, signal, terminal }: CommandOptions,
): Promise<number> {
  const hasTerminal = terminal !== undefined;
  // From API 1.42 on the command has it from its start; earlier engines are told just after.
  const size = terminal === undefined ? {} : { ConsoleSize: [terminal.read().rows, terminal.read().columns] };
  const created = asObject(
    await connection.call({
      operation: "create command",
      method: "POST",
      path: `/containers/${encodeURIComponent(container)}/exec`,
      body: {
        Cmd: command,
        AttachStdin: input !== undefined,
        AttachStdout: true,
        AttachStderr: true,
        Tty: hasTerminal,
        ...size,
      },
      signal,
      limit: shortLimit,
    }),
  );
  const id = asText(created.Id);
  if (id === "") throw notAnEngine(operation, JSON.stringify(created));
  const path = `/exec/${encodeURIComponent(id)}`;
  const since = (Date.now() / 1000 - CLOCK_DIFFERENCE).toFixed(0);
  const socket = await connection.upgrade(
    {
      operation: "start command",
      phase: "start",
      method: "POST",
      path: `${path}/start`,
      body: { Detach: false, Tty: hasTerminal, ...size },
      signal,
      limit: shortLimit,
    },
    "tcp",
  );
  const onAbort = () => socket.destroy();
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  socket.on("error", () => {}); // the reader gets the error
  const unfollow = terminal === undefined ? () => {} : followSize(connection, path, { signal, terminal });
  // Not awaited: the caller's input may end long after the command.
  if (input !== undefined) void send(input, socket);
  try {
    if (hasTerminal) {
      for await (const bytes of socket) onOutput({ stream: "stdout", bytes });
    } else {
      for await (const chunk of decodeLogStream(socket)) onOutput(chunk);
    }
    signal.throwIfAborted();
  } catch (error) {
    throw signal.aborted ? signal.reason : mapConnectionError(error, { operation, phase: "any" });
  } finally {
    unfollow();
    signal.removeEventListener("abort", onAbort);
    socket.destroy();
  }
  return await readExitCode(connection, { container, id, path, since, signal });
}

/** Seconds by which the engine's clock may be behind. */
const CLOCK_DIFFERENCE = 3600;

/** Sends what comes until its end or the socket's. Never rejects: the output reports a connection that is cut. */
async function send(input: AsyncIterable<Uint8Array>, socket: Duplex): Promise<void> {
  try {
    for await (const chunk of input) {
      if (socket.destroyed) return;
      if (!socket.write(chunk)) await drained(socket);
    }
    socket.end();
  } catch (error) {
    socket.destroy(error as Error);
  }
}

function drained(socket: Duplex): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const go = () => {
    socket.off("drain", go).off("close", go);
    resolve();
  };
  socket.on("drain", go).on("close", go);
  return promise;
}

/**
 * One call at a time, with the size as it is by then: an engine may carry out calls in another order than they were made.
 * A size that cannot be set is that of a command which has ended.
 */
function followSize(
  connection: Connection,
  path: string,
  { signal, terminal }: LastingOptions & { readonly terminal: TerminalSize },
): () => void {
  let isCalling = false;
  let isChanged = false;
  const resize = async () => {
    isChanged = true;
    if (isCalling) return;
    isCalling = true;
    try {
      while (isChanged) {
        isChanged = false;
        const { columns, rows } = terminal.read();
        await connection.call({
          operation: "resize terminal",
          method: "POST",
          path: `${path}/resize`,
          query: { h: rows, w: columns },
          signal,
          limit: shortLimit,
        });
      }
    } catch (error) {
      if (!signal.aborted && !(error instanceof EngineError)) throw error;
    } finally {
      isCalling = false;
    }
  };
  void resize();
  return terminal.follow(() => void resize());
}

/** Output ends before the engine has noted the exit code; its event comes with it. */
async function readExitCode(
  connection: Connection,
  command: {
    readonly container: string;
    readonly id: string;
    readonly path: string;
    readonly since: string;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const { container, id, path, signal, since } = command;
  const inspect = async (): Promise<Json> =>
    asObject(
      await connection.call({
        operation: "inspect command",
        method: "GET",
        path: `${path}/json`,
        signal,
        limit: shortLimit,
      }),
    );
  const found = await inspect();
  if (found.Running !== true && typeof found.ExitCode === "number") return found.ExitCode;
  const events = await connection.open({
    operation: "read events",
    method: "GET",
    path: "/events",
    query: { since, filters: JSON.stringify({ container: [container], event: ["exec_die", "die"] }) },
    signal,
    limit: UNLIMITED,
  });
  try {
    for await (const line of readJsonLines(events.bytes, operation)) {
      const event = asObject(line);
      const attributes = asObject(asObject(event.Actor).Attributes);
      if (asText(attributes.execID) === id) return Number(asText(attributes.exitCode));
      if (asText(event.Action) === "die") break;
    }
  } finally {
    events.close();
  }
  const message = "the container ended before the command";
  throw new EngineError({ reason: "not-found", operation, message });
}
