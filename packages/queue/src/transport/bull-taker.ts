// A queue of BullMQ as a worker reads it: tasks are fetched one by one, so that two queues can share the slots of a worker.
import { type Job, UnrecoverableError, type Worker } from "bullmq";
import type { TaskData, TaskReturn } from "../task/task-data.ts";
import type { TakenTask, TaskTaker } from "./queue-connection.ts";

/** Milliseconds; the figures of a task that changes hands. */
const LOCK_DURATION = 15_000;
const STALLED_INTERVAL = 5_000;
/** Workers that may lose a task, before the next one fails. */
export const MAX_STALLED = 3;
/** The reason of BullMQ for the failure of a task that more workers have lost. */
export const STALLED_TOO_OFTEN = "job stalled more than allowable limit";
/** Seconds that a fetch waits. */
const WAIT = 2;
/** Milliseconds before the server is asked again to note an end. */
const AGAIN = 500;

export type BullWorker = Worker<TaskData, TaskReturn>;
export type BullWorkerOptions = ConstructorParameters<typeof Worker>[2];

/** Settings of a worker that fetches by hand. */
export const TAKER_OPTIONS = {
  autorun: false,
  drainDelay: WAIT,
  lockDuration: LOCK_DURATION,
  maxStalledCount: MAX_STALLED,
  stalledInterval: STALLED_INTERVAL,
} as const;

/** `lost`: aborted when the connection is cut. */
export function createBullTaker(worker: BullWorker, lost: AbortSignal): TaskTaker {
  worker.on("error", () => {}); // The connection reports it.
  const tokens = new WeakMap<TakenTask, string>();
  let count = 0;
  return {
    take: async ({ waits }) => {
      count += 1;
      const token = `${worker.id}:${count}`;
      const job = await worker.getNextJob(token, { block: waits });
      if (job?.id === undefined) return undefined;
      const task = takenTask(job, { token, lost });
      tokens.set(task, token);
      return task;
    },
    renew: async (tasks) => {
      if (tasks.length === 0) return [];
      const ids = tasks.map(({ id }) => id);
      return await worker.extendJobLocks(
        ids,
        tasks.map((task) => tokens.get(task) ?? ""),
        LOCK_DURATION,
      );
    },
    findStalled: () => worker.startStalledCheckTimer(),
    interrupt: () => worker.backend.disconnectBlocking(true),
    close: () => worker.close(lost.aborted),
  };
}

function takenTask(
  job: Job<TaskData, TaskReturn>,
  { lost, token }: { readonly token: string; readonly lost: AbortSignal },
): TakenTask {
  return {
    id: job.id ?? "",
    data: job.data,
    attempt: job.attemptsStarted,
    stalls: job.stalledCounter,
    complete: (value) => untilAnswered(() => job.moveToCompleted(value, token, false), lost),
    fail: (error) => untilAnswered(() => job.moveToFailed(error, token, false), lost),
    giveBack: () => untilAnswered(() => job.moveToWait(token), lost),
  };
}

/** A server that is away is asked again, until it answers: it may say then that the task is another worker's. */
async function untilAnswered(move: () => Promise<unknown>, lost: AbortSignal): Promise<void> {
  for (const deadline = Date.now() + LOCK_DURATION; ; ) {
    try {
      await move();
      return;
    } catch (error) {
      if (lost.aborted) throw lost.reason;
      // Refusals of BullMQ have numbers.
      const isRefused = typeof (error as { code?: unknown }).code === "number";
      if (isRefused || error instanceof UnrecoverableError || Date.now() > deadline) throw error;
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, AGAIN);
      await promise;
    }
  }
}
