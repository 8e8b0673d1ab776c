// A container that is started before there is anything to do for it, and waits for its input.
import type { CallOptions, OnOutput } from "../engine/call.ts";
import type { ExitStatus } from "../engine/container.ts";
import type { Engine } from "../engine/engine.ts";

export interface WaitingContainer {
  /** It has ended before it got its input: it was killed, or its engine went away. */
  readonly hasEnded: boolean;
  /** Sends the input and resolves when it has ended, as runContainer does. Once. */
  go(options: CallOptions & { readonly onOutput: OnOutput; readonly input: Uint8Array }): Promise<ExitStatus>;
}

/** A waiting container has ended before it got its input. */
export class EndedEarlyError extends Error {}

/** Resolves when it runs. Rejects as runContainer does, and with EndedEarlyError. The signal counts until then. */
export async function startWaiting(
  engine: Engine,
  container: string,
  options: CallOptions = {},
): Promise<WaitingContainer> {
  const input = Promise.withResolvers<Uint8Array>();
  const started = Promise.withResolvers<"started">();
  const stop = new AbortController();
  let onOutput: OnOutput = () => {};
  let hasEnded = false;
  const status = engine.runContainer(container, {
    signal: stop.signal,
    input: input.promise,
    onOutput: (chunk) => onOutput(chunk),
    onStarted: () => started.resolve("started"),
  });
  const ended = status.then(
    () => {
      hasEnded = true;
    },
    () => {
      hasEnded = true;
    },
  );
  const leave = follow(options.signal, stop);
  await Promise.race([started.promise, ended]);
  leave();
  if (hasEnded) {
    await status;
    throw new EndedEarlyError("it ended before its start signal");
  }
  return {
    get hasEnded() {
      return hasEnded;
    },
    async go({ input: bytes, onOutput: next, signal }) {
      if (hasEnded) throw new EndedEarlyError("it ended before its start signal");
      const leave = follow(signal, stop);
      onOutput = next;
      input.resolve(bytes);
      try {
        return await status;
      } finally {
        leave();
      }
    },
  };
}

/** Aborts when the signal does, until the returned function is called. */
function follow(signal: AbortSignal | undefined, controller: AbortController): () => void {
  const abort = () => controller.abort(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  return () => signal?.removeEventListener("abort", abort);
}
