// A worker: takes tasks as long as it has slots and its engine answers, shows that it is alive, and ends without losing any.
import { randomBytes } from "node:crypto";
import type { EngineDescription } from "@sti/core";
import { TaskInterruptedError } from "@sti/core/remote";
import { UnrecoverableError } from "bullmq";
import { REFUSED, readTaskData } from "../task/task-data.ts";
import {
  eventsTopic,
  PRESENCE_EVERY,
  PRESENCE_LASTS,
  type Presence,
  presenceTopic,
  type TaskMessage,
} from "../task/task-topics.ts";
import { MAX_STALLED, STALLED_TOO_OFTEN } from "../transport/bull-taker.ts";
import type { QueueConnection, TakenTask, TaskRelay } from "../transport/queue-connection.ts";
import { homeQueueName, type QueuePlace, queueName } from "../transport/queue-place.ts";
import { unlessLost } from "../transport/unless-lost.ts";
import { createTagGate } from "./tag-gate.ts";
import { type TaskTaking, takeTask } from "./take-task.ts";
import { createTaskSlots, GivenBackError, LostError, type TaskSlots } from "./task-slots.ts";
import type { WorkerHost } from "./worker-host.ts";

/** Milliseconds between two looks at the engine. */
const ENGINE_EVERY = 3_000;
/** Milliseconds for tasks to end once the connection is cut: their calls reject. */
const CUT_LIMIT = 1_000;

export type WorkerEvent =
  | { readonly kind: "ready"; readonly platform: string }
  | { readonly kind: "paused"; readonly why: string }
  | { readonly kind: "resumed" }
  | { readonly kind: "taken"; readonly task: string; readonly target: string }
  | {
      readonly kind: "problem";
      readonly task: string;
      readonly target: string;
      readonly message: string;
    }
  | {
      readonly kind: "done";
      readonly task: string;
      readonly target: string;
      /** "built", "failed" …, "cancelled", "given-back", "lost", "refused", "interrupted" */
      readonly outcome: string;
      readonly seconds: number;
      readonly message?: string | undefined;
    };

export interface WorkerOptions {
  readonly place: QueuePlace;
  readonly connection: QueueConnection;
  readonly host: WorkerHost;
  readonly name: string;
  readonly slots: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly policy: Omit<TaskTaking["policy"], "queue">;
  readonly onEvent: (event: WorkerEvent) => void;
  /** Left out: builds the task on the host. */
  readonly take?: typeof takeTask;
}

export interface Serving {
  /**
   * Takes no more tasks; resolves when all have ended, or were given back after `limit` milliseconds. Rejects if the
   * queue does not know of it, with QueueUnreachableError if the connection was cut.
   */
  drain(limit: number): Promise<void>;
  /** Tasks in progress. */
  readonly active: () => number;
  /** Builds of the host in progress; the other tasks in progress wait for the queue or the store. */
  readonly building: () => number;
  /** Tasks whose ends the queue could not be told of: other workers build them again. */
  readonly unreported: () => number;
  /** Why it takes no tasks. */
  readonly paused: () => string | undefined;
}

/** Resolves once the worker takes tasks. Rejects if its engine does not answer, or the connection is cut. */
export async function serveTasks(options: WorkerOptions): Promise<Serving> {
  const { connection, host, name } = options;
  const engine = await host.describeEngine();
  const relay = connection.relay(name);
  relay.on("error", () => {}); // The connection reports it.
  const serving = new TaskServer(options, engine, relay);
  try {
    await unlessLost(connection, serving.begin());
    return serving;
  } catch (error) {
    serving.abandon();
    throw error;
  }
}

class TaskServer implements Serving {
  readonly #options: WorkerOptions;
  readonly #relay: TaskRelay;
  readonly #engine: EngineDescription;
  readonly #platform: string;
  readonly #id = randomBytes(6).toString("hex");
  readonly #since = Date.now();
  readonly #taking: Omit<TaskTaking, "onProblem">;
  readonly #slots: TaskSlots;
  readonly #clocks: NodeJS.Timeout[] = [];
  #paused: string | undefined;
  #isDraining = false;
  #isGivingBack = false;
  #building = 0;
  #unreported = 0;
  #isAbandoned = false;

  constructor(options: WorkerOptions, engine: EngineDescription, relay: TaskRelay) {
    const { connection, host, name, place, policy, slots } = options;
    this.#options = options;
    this.#relay = relay;
    this.#engine = engine;
    this.#platform = `${engine.os}/${engine.architecture}`;
    const build: WorkerHost["build"] = async (...given) => {
      this.#building += 1;
      try {
        return await host.build(...given);
      } finally {
        this.#building -= 1;
      }
    };
    this.#taking = {
      host: { ...host, build },
      relay,
      name,
      gate: createTagGate(),
      policy: { ...policy, queue: place.name },
      platform: this.#platform,
    };
    const queues = [homeQueueName(place, this.#platform, name), queueName(place, this.#platform)];
    this.#slots = createTaskSlots({
      takers: queues.map((queue) => connection.taker(queue, { worker: name })),
      slots,
      process: (task, { signal }) => this.#process(task, signal),
      onNoted: (task) => void this.#tell(task),
      onProblem: (task, { message }) => {
        this.#unreported += 1;
        this.#report(task, `its end is not noted, others will build it: ${message}`);
      },
    });
  }

  async begin(): Promise<void> {
    await this.#relay.waitUntilReady();
    await this.#slots.start();
    await this.#show();
    // Cut meanwhile.
    if (this.#isAbandoned) return;
    this.#clocks.push(
      setInterval(() => void this.#show(), PRESENCE_EVERY),
      setInterval(() => void this.#watchEngine(), ENGINE_EVERY),
    );
    this.#options.onEvent({ kind: "ready", platform: this.#platform });
  }

  active = () => this.#slots.active();
  building = () => this.#building;
  unreported = () => this.#unreported + (this.#isAbandoned ? this.active() : 0);
  paused = () => (this.#isDraining ? "draining" : this.#paused);

  async drain(limit: number): Promise<void> {
    this.#isDraining = true;
    this.#slots.pause();
    const clock = setTimeout(() => this.#giveBack(), limit);
    const leaving = this.#leave();
    try {
      await unlessLost(this.#options.connection, leaving);
    } catch (error) {
      await settles(leaving, CUT_LIMIT);
      this.abandon();
      throw error;
    } finally {
      clearTimeout(clock);
      this.#stopClocks();
    }
  }

  async #leave(): Promise<void> {
    await Promise.all([this.#show(), this.#slots.close()]);
    this.#stopClocks();
    await this.#relay.deleteRetained(presenceTopic(this.#id)).catch(() => {});
    await this.#relay.close();
  }

  /** Leaves without a word to the queue: others find out by the locks and the presence of this worker, which expire. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#stopClocks();
    this.#slots.abandon();
    this.#relay.close().catch(() => {}); // Nobody can be told any more.
  }

  #stopClocks(): void {
    for (const one of this.#clocks) clearInterval(one);
  }

  #giveBack(): void {
    this.#isGivingBack = true;
    this.#slots.abortAll(new Error("given back"));
  }

  async #process({ attempt, data: given, id, stalls }: TakenTask, signal: AbortSignal) {
    const data = readTaskData(given);
    const { before = { attempts: 0, stalls: 0 }, target = "a task" } = data ?? {};
    const { name, onEvent } = this.#options;
    const started = Date.now();
    const done = (outcome: string, message?: string) =>
      onEvent({
        kind: "done",
        task: id,
        target,
        outcome,
        seconds: (Date.now() - started) / 1000,
        message,
      });
    onEvent({ kind: "taken", task: id, target });
    void this.#show();
    try {
      const refuse = (why: string) => new UnrecoverableError(`${REFUSED}${name}: the task ${why}`);
      if (data === undefined) throw refuse("has data of another shape");
      // The queue counts only what happened in it.
      if (before.stalls + stalls > MAX_STALLED) throw new UnrecoverableError(STALLED_TOO_OFTEN);
      const onProblem = (message: string) => this.#report({ id, data }, message);
      const taken = { id, data, attempt: before.attempts + attempt };
      const { take = takeTask } = this.#options;
      const end = await take(taken, { ...this.#taking, onProblem }, { signal });
      done(end.kind === "cancelled" ? "cancelled" : end.result.outcome);
      return end;
    } catch (error) {
      const { message } = error as Error;
      const isOfEngine = error instanceof TaskInterruptedError && error.isOfEngine;
      if (signal.reason instanceof LostError) done("lost");
      else if (isOfEngine || this.#isGivingBack) {
        if (isOfEngine) this.#pause(message);
        done("given-back", message);
        throw new GivenBackError(message);
      } else done(error instanceof TaskInterruptedError ? "interrupted" : "refused", message);
      throw error;
    }
  }

  /** Coordinators look at a task of which they hear. */
  async #tell({ attempt, id }: TakenTask): Promise<void> {
    const message: TaskMessage = { kind: "ended", worker: this.#options.name, attempt };
    await Promise.all([this.#relay.publish(eventsTopic(id), message).catch(() => {}), this.#show()]);
  }

  #report({ data, id }: Pick<TakenTask, "data" | "id">, message: string): void {
    const { target = "a task" } = readTaskData(data) ?? {};
    this.#options.onEvent({ kind: "problem", task: id, target, message });
  }

  #pause(why: string): void {
    if (this.#paused !== undefined) return;
    this.#paused = why;
    this.#options.onEvent({ kind: "paused", why });
    this.#slots.pause();
    void this.#show();
  }

  /** An engine that is gone takes no tasks, and those that it had are given back by their builds. */
  async #watchEngine(): Promise<void> {
    try {
      await this.#options.host.describeEngine();
      if (this.#paused !== undefined) await this.#options.host.sweep();
    } catch (error) {
      this.#pause((error as Error).message);
      return;
    }
    if (this.#paused === undefined || this.#isDraining) return;
    this.#paused = undefined;
    this.#slots.resume();
    this.#options.onEvent({ kind: "resumed" });
    await this.#show();
  }

  /** A worker that is not seen for a while is taken for gone; its tasks are judged by their locks alone. */
  async #show(): Promise<void> {
    const { labels, name, slots } = this.#options;
    const presence: Presence = {
      id: this.#id,
      name,
      platform: this.#platform,
      slots,
      active: this.#slots.active(),
      paused: this.paused(),
      labels,
      engine: this.#engine,
      since: this.#since,
    };
    await this.#relay.publish(presenceTopic(this.#id), presence, { retain: PRESENCE_LASTS }).catch(() => {});
  }
}

/** Resolves when the work has ended in either way, or after `limit` milliseconds. */
async function settles(work: Promise<unknown>, limit: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const clock = setTimeout(resolve, limit);
  work.catch(() => {}).finally(resolve);
  await promise;
  clearTimeout(clock);
}
