// One task of a session, from its order to its end.

import type { ArtifactStore, Failure } from "@sti/core";
import { formatLogTag } from "@sti/core";
import type { BuildTask, TaskEnd } from "@sti/core/remote";
import type { TaskData, TaskReturn } from "../task/task-data.ts";
import { readLog } from "../task/task-log.ts";
import { controlTopic, eventsTopic, readMessage, type TargetEvent } from "../task/task-topics.ts";
import type { TaskRelay } from "../transport/queue-connection.ts";
import { createOrderedEvents } from "./ordered-events.ts";
import { describeEnd } from "./task-failure.ts";
import type { PlacedTask } from "./task-places.ts";

/** Milliseconds that events may arrive after the end of their task. */
const LATE = 1500;
/** Milliseconds that a worker has to end a build that was cancelled. */
const CANCEL_LIMIT = 4000;

export interface TaskPlace {
  readonly placed: PlacedTask;
  readonly relay: TaskRelay;
  readonly artifacts: ArtifactStore;
  /** Of the session. */
  readonly run: string;
}

export interface RemoteTask {
  readonly id: string;
  /** Whether a worker has it now, as far as the session knows. */
  readonly isTaken: () => boolean;
  /** The queue says whether a worker has it: one that had it may have given it back, or be gone. */
  setTaken(isTaken: boolean): void;
  /** The queue says that it has ended; more than one call does no harm. */
  ended(end: TaskReturn | { readonly kind: "failed"; readonly reason: string }): void;
  /** The queue does not know it any more. */
  lost(): void;
  /** No worker took it. */
  fail(failure: Failure): void;
  readonly end: Promise<TaskEnd>;
}

export interface TaskWatch {
  readonly signal: AbortSignal;
  readonly emit: (event: TargetEvent) => void;
  /** A worker takes it: its name, and that of an earlier one that has lost it. */
  readonly onBegun: (worker: string, earlier: string | undefined) => void;
  /** The queue may have its end. */
  readonly onEnded: () => void;
}

/** Orders the task, or joins the same one of another session. Rejects with the queue's error. */
export async function startTask(
  id: string,
  { data, task }: { readonly task: BuildTask; readonly data: TaskData },
  place: TaskPlace,
  watch: TaskWatch,
): Promise<RemoteTask> {
  const { artifacts, placed, relay, run } = place;
  const { promise: end, resolve, reject } = Promise.withResolvers<TaskEnd>();
  const events = createOrderedEvents(watch.emit);
  let worker: string | undefined;
  let isTaken = false;
  const workers: string[] = [];
  let attempt = 0;
  let isOver = false;
  let onCount = () => {};
  const subscription = await relay.subscribe(eventsTopic(id), ({ data: received }) => {
    const message = readMessage(received);
    if (isOver || message === undefined) return;
    if (message.kind === "ended") {
      watch.onEnded();
      return;
    }
    if (message.attempt > attempt) {
      const earlier = worker;
      attempt = message.attempt;
      worker = message.worker;
      isTaken = true;
      workers.push(worker);
      events.begin(attempt);
      watch.onBegun(worker, earlier);
    }
    if (message.kind === "events") events.add(message.attempt, message.from, message.events);
    onCount();
  });
  const order = async () => {
    await placed.order(task.node.target.name, data);
    await relay.publish(controlTopic(id), { kind: "join", run });
  };
  const finish = async () => {
    if (isOver) return;
    isOver = true;
    watch.signal.removeEventListener("abort", cancel);
    await subscription.unsubscribe();
  };
  const cancel = () => {
    void giveUp().catch(reject);
  };
  const giveUp = async () => {
    const job = await placed.find();
    await relay.publish(controlTopic(id), { kind: "cancel", run });
    // One that waits is nobody's: another session that wants it orders it again.
    const isGone = await job?.remove().then(
      () => true,
      () => false,
    );
    if (isGone === false) {
      const clock = AbortSignal.timeout(CANCEL_LIMIT);
      const over = Promise.withResolvers<void>();
      clock.addEventListener("abort", () => over.resolve(), { once: true });
      await Promise.race([end.catch(() => {}), over.promise]);
    }
    await finish();
    reject(watch.signal.reason);
  };
  const waitForEvents = async (ended: Extract<TaskReturn, { kind: "ended" }>) => {
    if (events.count(ended.attempt) >= ended.events) return;
    const late = Promise.withResolvers<void>();
    const clock = setTimeout(() => late.resolve(), LATE);
    onCount = () => {
      if (events.count(ended.attempt) >= ended.events) late.resolve();
    };
    await late.promise;
    clearTimeout(clock);
    const missing = () => ended.events - events.count(ended.attempt);
    if (missing() <= 0) return;
    const warn = (message: string) => watch.emit({ type: "target-warning", message });
    const log = await readLog(artifacts, formatLogTag(task.key)).catch(({ message }: Error) => {
      warn(`its log cannot be read from the store: ${message}`);
    });
    if (log) events.complete(ended.attempt, log);
    if (missing() > 0)
      warn(`${missing()} of ${ended.events} events of ${ended.worker} were lost, with a part of the output`);
  };
  let isEnding = false;
  const ended: RemoteTask["ended"] = (given) => {
    if (isEnding) return;
    if (given.kind === "cancelled" && !watch.signal.aborted) {
      // Another session has cancelled what this one still wants.
      void order().catch(reject);
      return;
    }
    isEnding = true;
    const settle = async () => {
      if (given.kind === "ended") await waitForEvents(given);
      if (given.kind === "ended" && given.logProblem !== undefined) {
        const message = `${given.worker} could not add its log to the store: ${given.logProblem}`;
        watch.emit({ type: "target-warning", message });
      }
      await finish();
      if (given.kind === "ended") resolve({ kind: "ended", result: given.result, worker: given.worker });
      else if (given.kind === "cancelled") reject(watch.signal.reason);
      else
        resolve({
          kind: "failed",
          failure: describeEnd(given.reason, { target: task.node.target.name, attempt, workers }),
        });
    };
    settle().catch(reject);
  };
  // Whoever awaits it gets the error.
  end.catch(() => {});
  watch.signal.addEventListener("abort", cancel, { once: true });
  await order();
  if (watch.signal.aborted) cancel();
  return {
    id,
    isTaken: () => isTaken,
    setTaken: (now) => {
      isTaken = now;
    },
    end,
    ended,
    lost: () => {
      if (!isEnding) void order().catch(reject);
    },
    fail: (failure) => {
      if (isEnding) return;
      isEnding = true;
      void placed
        .find()
        .then((job) => job?.remove())
        .catch(() => {})
        .then(finish)
        .then(() => resolve({ kind: "failed", failure }), reject);
    },
  };
}
