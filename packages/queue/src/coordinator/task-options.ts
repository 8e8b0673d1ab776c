// How a queue treats a task. Pure.
import type { TaskOptions } from "../transport/queue-connection.ts";

/** Attempts of a task whose workers cannot end it. */
const ATTEMPTS = 4;
/** Milliseconds before the second attempt; doubled for each further one. */
const BACKOFF = 1000;
/** Seconds that the end of a task is known. */
const KEPT = 600;

/** `attemptsMade`: those that have failed, in another queue. */
export function taskOptions(
  { id, priority }: { readonly id: string; readonly priority: number },
  attemptsMade = 0,
): TaskOptions {
  return {
    jobId: id,
    priority,
    attempts: Math.max(1, ATTEMPTS - attemptsMade),
    backoff: { type: "exponential", delay: BACKOFF },
    removeOnComplete: { age: KEPT },
    removeOnFail: { age: KEPT },
    ...(attemptsMade === 0 ? {} : { delay: BACKOFF * 2 ** (attemptsMade - 1) }),
  };
}
