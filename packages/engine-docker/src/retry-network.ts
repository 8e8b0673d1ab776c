// Owns trying again what failed for reasons of the network between an engine and a registry. Nothing else is tried
// again: a registry that denies, limits or does not know an image answers the same the next time.
import { setTimeout as sleep } from "node:timers/promises";
import { EngineError } from "@sti/core";

/** Milliseconds before the second and the third try; each is varied by up to a half, so that not all come at once. */
const WAITS = [1000, 2000];

/** `pause` is for tests. An aborted pause rejects with the signal's reason. */
export async function retryNetwork<Value>(
  attempt: () => Promise<Value>,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly pause?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<unknown>;
  } = {},
): Promise<Value> {
  const { signal, pause = wait } = options;
  for (const base of WAITS) {
    try {
      return await attempt();
    } catch (error) {
      if (signal?.aborted || !isPassing(error)) throw error;
    }
    await pause(base * (0.5 + Math.random()), signal);
  }
  return await attempt();
}

/** A certificate that is not trusted, or a registry without TLS, stays that way. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof EngineError &&
    (error.reason === "pull-network" || error.reason === "push-network") &&
    !/x509|tls: |HTTP response to HTTPS client/i.test(error.message)
  );
}

async function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
