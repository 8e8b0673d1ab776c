// Builds by tasks in a queue: orders them, passes on their events, and notices workers and tasks that are gone.
import type { SigningKey } from "@sti/attest";
import type { ArtifactStore, SourceSnapshot, StoredBlob } from "@sti/core";
import type { BuildTask, RemoteBuilder } from "@sti/core/remote";
import type { QueueEvents, Relay } from "bullmq";
import type { TaskReturn } from "../task/task-data.ts";
import { orderTask } from "../task/task-order.ts";
import type { Presence } from "../task/task-topics.ts";
import type { QueueConnection, TaskQueue } from "../transport/queue-connection.ts";
import { type QueuePlace, queueName } from "../transport/queue-place.ts";
import { listWorkers } from "./list-workers.ts";
import { type RemoteTask, startTask } from "./remote-task.ts";

export interface QueueBuilderOptions {
  readonly place: QueuePlace;
  readonly connection: QueueConnection;
  readonly artifacts: ArtifactStore;
  /** "linux/amd64" */
  readonly platform: string;
  /** Id of the session. */
  readonly run: string;
  readonly key: SigningKey | undefined;
  /** Milliseconds for which a task waits while there is no worker; undefined: for ever. */
  readonly waitTimeout: number | undefined;
  readonly share: (
    snapshot: SourceSnapshot,
    options: { readonly signal: AbortSignal },
  ) => Promise<StoredBlob>;
  /** Tasks with a lower number are taken first, from 1. */
  readonly priorityOf: (target: string) => number;
  readonly now: () => number;
  readonly warn: (message: string) => void;
}

export interface QueueBuilder extends RemoteBuilder {
  close(): Promise<void>;
}

/** Milliseconds between two looks at the queue. Messages make most of them unnecessary. */
const LOOK_EVERY = 1000;

export async function createQueueBuilder(options: QueueBuilderOptions): Promise<QueueBuilder> {
  const { connection, place, platform } = options;
  const name = queueName(place, platform);
  const queue = connection.queue(name);
  const events = connection.events(name);
  const relay = connection.relay(`sti run ${options.run}`);
  const onError = () => {}; // The connection reports it.
  queue.on("error", onError);
  events.on("error", onError);
  relay.on("error", onError);
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady(), relay.waitUntilReady()]);
  return new Coordinator(options, { queue, events, relay });
}

class Coordinator implements QueueBuilder {
  readonly #options: QueueBuilderOptions;
  readonly #queue: TaskQueue;
  readonly #events: QueueEvents;
  readonly #relay: Relay;
  readonly #tasks = new Map<string, RemoteTask>();
  readonly #look: NodeJS.Timeout;
  #workers: readonly Presence[] = [];
  #isLooking = false;
  /** Since when there is no worker, while a task waits for one. */
  #aloneSince: number | undefined;
  #hasWarned = false;

  constructor(
    options: QueueBuilderOptions,
    parts: { readonly queue: TaskQueue; readonly events: QueueEvents; readonly relay: Relay },
  ) {
    this.#options = options;
    this.#queue = parts.queue;
    this.#events = parts.events;
    this.#relay = parts.relay;
    this.#events.on("completed", ({ jobId, returnvalue }) => {
      this.#tasks.get(jobId)?.ended(returnvalue as unknown as TaskReturn);
    });
    this.#events.on("failed", ({ failedReason, jobId }) => {
      this.#tasks.get(jobId)?.ended({ kind: "failed", reason: failedReason });
    });
    this.#look = setInterval(() => void this.#lookAround(), LOOK_EVERY);
  }

  async shareSource(
    snapshot: SourceSnapshot,
    options: { readonly signal: AbortSignal },
  ): Promise<StoredBlob> {
    return await this.#options.share(snapshot, options);
  }

  build: RemoteBuilder["build"] = async (task, { emit, signal }) => {
    signal.throwIfAborted();
    const { key, now, place, platform, priorityOf, run } = this.#options;
    const title = await this.#describeQueue();
    const queued = now();
    let isWaiting = true;
    let isStarted = false;
    let by: string | undefined;
    emit({ type: "step-started", step: "await-worker", title });
    const id = idOf(task, { platform, run });
    const started = await startTask(
      id,
      {
        task,
        data: orderTask({ queue: place.name, ordered: now(), task }, key),
        priority: priorityOf(task.node.target.name),
      },
      { queue: this.#queue, relay: this.#relay, artifacts: this.#options.artifacts, run },
      {
        signal,
        emit: (event) => {
          if (event.type === "target-started") {
            if (isStarted) return;
            isStarted = true;
            emit({ ...event, worker: by } as never);
          } else emit(event as never);
        },
        onBegun: (worker, earlier) => {
          by = worker;
          if (isWaiting) emit({ type: "step-finished", step: "await-worker", duration: now() - queued });
          isWaiting = false;
          if (earlier === undefined) return;
          const words =
            earlier === worker ? `begun again by ${worker}` : `${earlier} lost it, begun again by ${worker}`;
          emit({ type: "target-warning", message: words });
        },
      },
    );
    this.#tasks.set(id, started);
    void this.#lookAround();
    try {
      return await started.end;
    } finally {
      this.#tasks.delete(id);
    }
  };

  async close(): Promise<void> {
    clearInterval(this.#look);
    await Promise.all([this.#events.close(), this.#queue.close(), this.#relay.close()]);
  }

  /** "wait for a worker (3 tasks before it, 2 workers)" */
  async #describeQueue(): Promise<string> {
    const { waiting = 0, prioritized = 0 } = await this.#queue.getJobCounts("waiting", "prioritized");
    const before = waiting + prioritized;
    const words = [
      ...(before === 0 ? [] : [`${before} ${before === 1 ? "task" : "tasks"} before it`]),
      ...(this.#workers.length === 0
        ? []
        : [`${this.#workers.length} ${this.#workers.length === 1 ? "worker" : "workers"}`]),
    ];
    return `wait for a worker${words.length === 0 ? "" : ` (${words.join(", ")})`}`;
  }

  /** Finds ends whose messages were lost, tasks that the server has lost, and whether anybody takes tasks. */
  async #lookAround(): Promise<void> {
    if (this.#isLooking || this.#tasks.size === 0) return;
    this.#isLooking = true;
    try {
      this.#workers = (await listWorkers(this.#relay)).filter(
        ({ platform }) => platform === this.#options.platform,
      );
      this.#checkWorkers();
      for (const task of [...this.#tasks.values()]) await this.#checkTask(task);
    } catch {
      // The server is away: the connection reports it, and commands wait for it.
    } finally {
      this.#isLooking = false;
    }
  }

  async #checkTask(task: RemoteTask): Promise<void> {
    const job = await this.#queue.getJob(task.id);
    if (job === undefined) {
      task.lost();
      return;
    }
    const state = await job.getState();
    if (state === "completed" && job.returnvalue) task.ended(job.returnvalue);
    if (state === "failed") task.ended({ kind: "failed", reason: job.failedReason ?? "no reason given" });
  }

  #checkWorkers(): void {
    const { now, place, platform, waitTimeout, warn } = this.#options;
    const waiting = [...this.#tasks.values()].filter((task) => !task.isBegun());
    const isAlone = this.#workers.every(({ paused }) => paused !== undefined) && waiting.length > 0;
    if (!isAlone) {
      this.#aloneSince = undefined;
      this.#hasWarned = false;
      return;
    }
    this.#aloneSince ??= now();
    const waited = now() - this.#aloneSince;
    if (!this.#hasWarned) {
      this.#hasWarned = true;
      const [paused] = this.#workers;
      const what =
        paused === undefined
          ? "no worker"
          : `no worker that is not paused (${paused.name}: ${paused.paused})`;
      const limit = waitTimeout === undefined ? "" : `, for ${Math.round(waitTimeout / 1000)} s`;
      warn(`${what} for ${platform} takes tasks from ${place.shown}; waiting${limit}`);
    }
    if (waitTimeout === undefined || waited < waitTimeout) return;
    const failure = {
      code: "workers-missing",
      queue: place.shown,
      platform,
      waited: Math.round(waited / 1000),
    } as const;
    for (const task of waiting) task.fail(failure);
  }
}

/** Sessions that want the same result share a task, unless they ask for a build of their own. */
function idOf(
  { flags, key }: BuildTask,
  { platform, run }: { readonly platform: string; readonly run: string },
): string {
  const own = flags.clean || flags.force ? `-${run}` : "";
  return `${key}-${platform.replace("/", "-")}${own}`;
}
