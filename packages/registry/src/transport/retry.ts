// Owns further attempts: which failures pass, and the time before the next attempt.
import { RegistryError } from "@sti/core";
import { type Answer, discard } from "./exchange.ts";
import type { Clock, RequestLimits } from "./registry-options.ts";

/** Attempts of a request in all. */
const ATTEMPTS = 4;
/** Milliseconds before the second attempt; doubled for each further one, and varied by up to a half. */
const FIRST_WAIT = 250;

const PASSING: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

export interface RetryOptions {
  readonly clock: Clock;
  readonly limits: RequestLimits;
  readonly signal: AbortSignal;
  /** False: the body of the request cannot be sent twice. */
  readonly isRepeatable: boolean;
}

/**
 * Resolves to the last answer, whatever its status, so that its words can be read. An answer that demands a longer wait
 * than the limit is the last one.
 */
export async function retry<Value extends { readonly answer: Pick<Answer, "status" | "headers" | "body"> }>(
  attempt: () => Promise<Value>,
  { clock, isRepeatable, limits, signal }: RetryOptions,
): Promise<Value> {
  for (let count = 1; ; count++) {
    const isLast = count === ATTEMPTS || !isRepeatable;
    const backoff = FIRST_WAIT * 2 ** (count - 1) * (0.5 + Math.random());
    let wait = backoff;
    try {
      const value = await attempt();
      const { body, headers, status } = value.answer;
      if (isLast || !PASSING.has(status)) return value;
      wait = readRetryAfter(headers["retry-after"], clock.now()) ?? backoff;
      if (wait > limits.wait) return value;
      discard(body);
    } catch (error) {
      if (isLast || !(error instanceof RegistryError) || error.reason !== "unreachable") throw error;
    }
    await clock.pause(wait, signal);
  }
}

/** Milliseconds; the header has seconds or a date. Undefined if it has neither. */
export function readRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const time = Date.parse(header);
  return Number.isNaN(time) ? undefined : Math.max(0, time - now);
}
