// Waits for an engine that went away: asks again and again, less and less often.
import { setTimeout as wait } from "node:timers/promises";
import type { Result } from "@sti/core";

export interface ReconnectOptions<Connection> {
  /** Asks once. */
  readonly connect: (signal: AbortSignal) => Promise<Result<Connection>>;
  /** Milliseconds. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Milliseconds before the second question, and at most between two. */
const FIRST_WAIT = 250;
const LONGEST_WAIT = 5000;

/** Resolves when the engine answers, which may take for ever; rejects with the signal's reason. */
export async function reconnectEngine<Connection>(
  signal: AbortSignal,
  { connect, wait: rest = waitFor }: ReconnectOptions<Connection>,
): Promise<Connection> {
  for (let pause = FIRST_WAIT; ; pause = Math.min(2 * pause, LONGEST_WAIT)) {
    signal.throwIfAborted();
    const connected = await connect(signal);
    if (connected.ok) return connected.value;
    await rest(pause, signal);
  }
}

async function waitFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(milliseconds, undefined, { signal });
  } catch {
    // Aborted: nothing else ends the wait early.
    signal.throwIfAborted();
  }
}
