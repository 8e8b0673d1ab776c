// Builds by tasks in a queue: orders them, passes on their events, and notices workers and tasks that are gone.
import type { SigningKey } from "@sti/attest";
import type { ArtifactStore, SourceSnapshot, StoredBlob } from "@sti/core";
import type { RemoteBuilder } from "@sti/core/remote";
import { readTaskReturn } from "../task/task-data.ts";
import { orderTask } from "../task/task-order.ts";
import type { Presence } from "../task/task-topics.ts";
import type { QueueConnection, TaskRelay } from "../transport/queue-connection.ts";
import type { QueuePlace } from "../transport/queue-place.ts";
import { unlessLost } from "../transport/unless-lost.ts";
import { createWorkerTable, type WorkerTable } from "./list-workers.ts";
import { createMissingWorkers, type MissingWorkers } from "./missing-workers.ts";
import { type RemoteTask, startTask } from "./remote-task.ts";
import { appOf, idOf } from "./task-identity.ts";
import { type PlacedTask, TaskPlaces } from "./task-places.ts";

export interface QueueBuilderOptions {
  readonly place: QueuePlace;
  /** Once it is cut, all builds end with "queue-unreachable". */
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
  /** Names of all targets of the project, whether or not they are part of the session; those of a group are spread evenly. */
  readonly targets: readonly (readonly string[])[];
  /** Repository of the store. */
  readonly store: string;
  /** Tasks with a lower number are taken first, from 1. */
  readonly priorityOf: (target: string) => number;
  /** A worker has built a target: milliseconds from its beginning to its end. */
  readonly onBuilt: (target: string, milliseconds: number) => void;
  readonly now: () => number;
  readonly warn: (message: string) => void;
}

export interface QueueBuilder extends RemoteBuilder {
  close(): Promise<void>;
}

/** Milliseconds between two looks at the queue. Messages make most of them unnecessary. */
const LOOK_EVERY = 1000;
/** Looks until workers are read anew, of which messages tell. */
const READ_EVERY = 3;
/** Tasks that a look looks at, those first that were not looked at for longest. */
const LOOKED_AT = 64;
/** Milliseconds from a change of workers or tasks until tasks may move: workers take their own ones meanwhile. */
const SETTLE = 200;

/** Rejects with the queue's error, or with QueueUnreachableError if the connection is cut. */
export async function createQueueBuilder(options: QueueBuilderOptions): Promise<QueueBuilder> {
  const { connection, run } = options;
  const relay = connection.relay(`sti run ${run}`);
  relay.on("error", () => {}); // The connection reports it.
  const coordinator = new Coordinator(options, relay);
  try {
    await unlessLost(connection, coordinator.begin());
    return coordinator;
  } catch (error) {
    await coordinator.close();
    throw error;
  }
}

interface Known {
  readonly task: RemoteTask;
  readonly placed: PlacedTask;
}

class Coordinator implements QueueBuilder {
  readonly #options: QueueBuilderOptions;
  readonly #relay: TaskRelay;
  readonly #places: TaskPlaces;
  readonly #alone: MissingWorkers;
  readonly #tasks = new Map<string, Known>();
  readonly #look: NodeJS.Timeout;
  #settling: NodeJS.Timeout | undefined;
  #table: WorkerTable | undefined;
  #looks = 0;
  #isLooking = false;
  #isBalancing = false;

  constructor(options: QueueBuilderOptions, relay: TaskRelay) {
    this.#options = options;
    this.#relay = relay;
    const apps = options.targets.map((group) => group.map((target) => appOf(options.store, target)));
    this.#places = new TaskPlaces({ ...options, apps, workers: () => this.#workers() });
    this.#alone = createMissingWorkers(options);
    this.#look = setInterval(() => void this.#lookAround(), LOOK_EVERY);
  }

  async begin(): Promise<void> {
    await this.#relay.waitUntilReady();
    await this.#places.waitUntilReady();
    const { now } = this.#options;
    this.#table = await createWorkerTable(this.#relay, { now, onChange: () => this.#settle() });
    await this.#table.read();
  }

  async shareSource(
    snapshot: SourceSnapshot,
    options: { readonly signal: AbortSignal },
  ): Promise<StoredBlob> {
    return await this.#options.share(snapshot, options);
  }

  build: RemoteBuilder["build"] = async (task, options) => {
    const { connection, place } = this.#options;
    try {
      return await unlessLost(connection, this.#build(task, options));
    } catch (error) {
      options.signal.throwIfAborted();
      if (!connection.lost.aborted) throw error;
      const { message } = connection.lost.reason as Error;
      return { kind: "failed", failure: { code: "queue-unreachable", queue: place.shown, message } };
    }
  };

  #build: RemoteBuilder["build"] = async (task, { emit, signal }) => {
    signal.throwIfAborted();
    const { artifacts, key, now, place, platform, priorityOf, run } = this.#options;
    const { name } = task.node.target;
    const title = await this.#describeQueue();
    const queued = now();
    let [isWaiting, isStarted] = [true, false];
    let started: RemoteTask | undefined;
    let [by, begun] = [undefined as string | undefined, queued];
    emit({ type: "step-started", step: "await-worker", title });
    const id = idOf(task, { platform, run });
    const placed = this.#places.add({
      id,
      app: appOf(task.store.repository, name),
      priority: priorityOf(name),
      isTaken: () => started?.isTaken() ?? false,
    });
    started = await startTask(
      id,
      { task, data: orderTask({ queue: place.name, ordered: now(), task }, key) },
      { placed, relay: this.#relay, artifacts, run },
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
          [by, begun] = [worker, now()];
          if (isWaiting) emit({ type: "step-finished", step: "await-worker", duration: now() - queued });
          isWaiting = false;
          this.#settle();
          if (earlier === undefined) return;
          const words =
            earlier === worker ? `begun again by ${worker}` : `${earlier} lost it, begun again by ${worker}`;
          emit({ type: "target-warning", message: words });
        },
        onEnded: () => void this.#checkEnd(id),
      },
    );
    this.#tasks.set(id, { task: started, placed });
    this.#settle();
    void this.#checkEnd(id);
    try {
      const end = await started.end;
      if (end.kind === "ended" && end.result.outcome === "built") this.#options.onBuilt(name, now() - begun);
      return end;
    } finally {
      this.#tasks.delete(id);
      placed.forget();
      this.#settle();
    }
  };

  async close(): Promise<void> {
    clearInterval(this.#look);
    clearTimeout(this.#settling);
    const { connection } = this.#options;
    try {
      await unlessLost(connection, this.#leave());
    } catch (error) {
      if (!connection.lost.aborted) throw error;
      // Nobody can be told any more: what waits for the server is given up.
      void Promise.allSettled([this.#places.close(), this.#relay.close()]);
    }
  }

  async #leave(): Promise<void> {
    // The relay takes its subscriptions along.
    await Promise.all([this.#places.close(), this.#relay.close()]);
  }

  /** "wait for a worker (3 tasks before it, 2 workers)" */
  async #describeQueue(): Promise<string> {
    const before = await this.#places.countWaiting();
    const workers = this.#workers().length;
    const words = [
      ...(before === 0 ? [] : [`${before} ${before === 1 ? "task" : "tasks"} before it`]),
      ...(workers === 0 ? [] : [`${workers} ${workers === 1 ? "worker" : "workers"}`]),
    ];
    return `wait for a worker${words.length === 0 ? "" : ` (${words.join(", ")})`}`;
  }

  #workers(): readonly Presence[] {
    return (this.#table?.list() ?? []).filter(({ platform }) => platform === this.#options.platform);
  }

  /** Moves tasks once workers had the time to take their own ones. */
  #settle(): void {
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      void this.#balance();
    }, SETTLE);
  }

  async #balance(): Promise<void> {
    if (this.#isBalancing || this.#tasks.size === 0) return;
    this.#isBalancing = true;
    try {
      await this.#places.balance();
    } catch {
      // The server is away: the connection reports it, and the next look balances anew.
    } finally {
      this.#isBalancing = false;
    }
  }

  /** Finds ends whose messages were lost, tasks that the server has lost, and whether anybody takes tasks. */
  async #lookAround(): Promise<void> {
    if (this.#isLooking || this.#tasks.size === 0) return;
    this.#isLooking = true;
    try {
      this.#looks += 1;
      if (this.#looks % READ_EVERY === 0) await this.#table?.read();
      this.#alone.check(this.#workers(), () => [...this.#tasks.values()].map(({ task }) => task));
      await this.#places.leaveGone();
      await this.#balance();
      for (const [id, known] of [...this.#tasks].slice(0, LOOKED_AT)) {
        // The last ones of the next look.
        if (this.#tasks.delete(id)) this.#tasks.set(id, known);
        else continue;
        await this.#checkTask(known);
      }
    } catch {
      // The server is away: the connection reports it, and commands wait for it.
    } finally {
      this.#isLooking = false;
    }
  }

  async #checkEnd(id: string): Promise<void> {
    const known = this.#tasks.get(id);
    // A look finds out, too.
    if (known !== undefined) await this.#checkTask(known).catch(() => {});
  }

  async #checkTask({ placed, task }: Known): Promise<void> {
    if (placed.isMoving()) return;
    const state = await placed.state();
    if (state === "unknown" && !placed.isMoving()) task.lost();
    if (state !== "completed" && state !== "failed") task.setTaken(state === "active");
    else {
      const job = await placed.find();
      if (job === undefined) return task.lost();
      const { failedReason, returnvalue } = job;
      const failed = { kind: "failed", reason: failedReason || "no reason given" } as const;
      const odd = { kind: "failed", reason: "a worker has ended it with a result of another shape" } as const;
      task.ended(state === "failed" ? failed : (readTaskReturn(returnvalue) ?? odd));
    }
    // Its home worker could not end it: another one may.
    if (state === "delayed") await placed.share();
  }
}
