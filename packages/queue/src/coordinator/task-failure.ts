// The failure of a task that no worker has ended, by the reason that the queue gives. Pure.
import type { Failure } from "@sti/core";
import { REFUSED } from "../task/task-data.ts";
import { STALLED_TOO_OFTEN } from "../transport/bull-taker.ts";

export interface TaskHistory {
  readonly target: string;
  /** Number of the last attempt that is known; 0: none. */
  readonly attempt: number;
  /** By attempt, as far as known. */
  readonly workers: readonly string[];
}

export function describeEnd(reason: string, { attempt, target, workers }: TaskHistory): Failure {
  if (reason === STALLED_TOO_OFTEN) return { code: "task-abandoned", target, workers, attempts: attempt };
  if (!reason.startsWith(REFUSED)) return { code: "task-failed", target, message: reason };
  const [by = workers.at(-1) ?? "a worker", ...message] = reason.slice(REFUSED.length).split(": ");
  return { code: "task-refused", target, worker: by, message: message.join(": ") };
}
