// Owns the question when a call is given up, and which of its errors is the true one: the caller's signal, the call's
// own limit, an upload that fails, and the patience of a process that is to end.
import { Readable } from "node:stream";
import { EngineError } from "@sti/core";
import { type EngineRequest, UNLIMITED } from "./engine-request.ts";
import { mapConnectionError, type Occasion } from "./map-engine-error.ts";
import type { Patience } from "./patience.ts";

export interface Exchange {
  /** Aborted when the call is given up. */
  readonly signal: AbortSignal;
  readonly upload: Readable | undefined;
  /** The headers have come: what follows may last as long as it takes. */
  stopClock(): void;
  /** Ends the call's timers and upload; returns the error to throw for `error`. */
  finish(error: unknown): unknown;
}

/** `host`: of the engine, for errors. */
export function beginExchange(
  request: EngineRequest,
  { host, patience }: { readonly host: string; readonly patience: Patience },
): Exchange {
  const { grace = 0, limit, operation, signal: userSignal } = request;
  const cut = new AbortController();
  let uploadError: { readonly error: unknown } | undefined;
  let givenUp: string | undefined;
  let isStreaming = false;
  let finished = false;
  const giveUp = (why: string) => {
    givenUp ??= why;
    cut.abort();
  };
  const clock = createTimer(() => giveUp(`within ${seconds(limit as number)} to ${operation}`));
  if (limit !== UNLIMITED) clock.start(limit);
  let patienceLimit = 0;
  const lastClock = createTimer(() => giveUp(`to ${operation} ${within(patienceLimit)}`));
  const onAbort = () => cut.abort(userSignal?.reason);
  // Long-running calls get all the remaining time: they end when the awaited event happens.
  const onHurry = () => {
    if (limit === UNLIMITED || isStreaming) return;
    patienceLimit = patience.limit() + grace;
    lastClock.start(patienceLimit);
  };
  const onEnd = () => giveUp(`to ${operation} before sti had to end`);
  const follow = [
    [userSignal, onAbort],
    [patience.hurry, onHurry],
    [patience.end, onEnd],
  ] as const;
  for (const [signal, listener] of follow) {
    if (signal?.aborted) listener();
    signal?.addEventListener("abort", listener, { once: true });
  }
  const upload = readUpload(request.upload, (error) => {
    uploadError ??= { error };
    cut.abort();
  });
  const ended = patience.onCall?.(operation);
  return {
    signal: cut.signal,
    upload,
    stopClock() {
      isStreaming = true;
      clock.stop();
      lastClock.stop();
    },
    finish(error) {
      if (!finished) ended?.(givenUp !== undefined);
      finished = true;
      clock.stop();
      lastClock.stop();
      for (const [signal, listener] of follow) signal?.removeEventListener("abort", listener);
      upload?.destroy();
      if (error === undefined) return undefined;
      if (userSignal?.aborted) return userSignal.reason;
      if (uploadError !== undefined) return uploadError.error;
      if (givenUp !== undefined) {
        const message = `the engine at ${host} gave no answer ${givenUp}`;
        return new EngineError({ reason: "unreachable-timeout", operation, message });
      }
      return mapConnectionError(error, occasionOf(request));
    },
  };
}

export function occasionOf(request: Pick<EngineRequest, "operation" | "phase">): Occasion {
  return { operation: request.operation, phase: request.phase ?? "any" };
}

function within(milliseconds: number): string {
  return `within ${seconds(milliseconds)} after sti was asked to stop`;
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}

function createTimer(onTime: () => void) {
  let timer: NodeJS.Timeout | undefined;
  return {
    start(milliseconds: number) {
      if (Number.isFinite(milliseconds)) timer ??= setTimeout(onTime, milliseconds);
    },
    stop: () => clearTimeout(timer),
  };
}

function readUpload(
  source: AsyncIterable<Uint8Array> | undefined,
  onError: (error: unknown) => void,
): Readable | undefined {
  if (source === undefined) return undefined;
  const upload = Readable.from(watchUpload(source, onError), { objectMode: false, highWaterMark: 1 << 18 });
  upload.on("error", () => {}); // dial() adds its listener late; onError has been called
  return upload;
}

async function* watchUpload(source: AsyncIterable<Uint8Array>, onError: (error: unknown) => void) {
  try {
    yield* source;
  } catch (error) {
    onError(error);
    throw error;
  }
}
