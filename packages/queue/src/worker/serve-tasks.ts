// A worker: takes tasks as long as it has slots and its engine answers, shows that it is alive, and ends without losing any.
import { randomBytes } from "node:crypto";
import type { EngineDescription } from "@sti/core";
import { TaskInterruptedError } from "@sti/core/remote";
import { type Relay, WaitingError } from "bullmq";
import { PRESENCE_EVERY, PRESENCE_LASTS, type Presence, presenceTopic } from "../task/task-topics.ts";
import type { QueueConnection, TaskJob, TaskWorker } from "../transport/queue-connection.ts";
import { type QueuePlace, queueName } from "../transport/queue-place.ts";
import { createTagGate } from "./tag-gate.ts";
import { type TaskTaking, takeTask } from "./take-task.ts";
import type { WorkerHost } from "./worker-host.ts";

/** Milliseconds; the figures of one task that changes hands. */
export const LOCK_DURATION = 15_000;
export const STALLED_INTERVAL = 5_000;
const MAX_STALLED = 3;
/** Milliseconds between two looks at the engine. */
const ENGINE_EVERY = 3_000;

export type WorkerEvent =
  | { readonly kind: "ready"; readonly platform: string }
  | { readonly kind: "paused"; readonly why: string }
  | { readonly kind: "resumed" }
  | { readonly kind: "taken"; readonly task: string; readonly target: string }
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
}

export interface Serving {
  /** Takes no more tasks; resolves when all have ended, or were given back after `limit` milliseconds. */
  drain(limit: number): Promise<void>;
  readonly active: () => number;
  /** Why it takes no tasks. */
  readonly paused: () => string | undefined;
}

/** Resolves once the worker takes tasks. Rejects if its engine does not answer. */
export async function serveTasks(options: WorkerOptions): Promise<Serving> {
  const { connection, host, name } = options;
  const engine = await host.describeEngine();
  const relay = connection.relay(name);
  relay.on("error", () => {}); // The connection reports it.
  await relay.waitUntilReady();
  const serving = new TaskServer(options, engine, relay);
  await serving.begin();
  return serving;
}

class TaskServer implements Serving {
  readonly #options: WorkerOptions;
  readonly #relay: Relay;
  readonly #engine: EngineDescription;
  readonly #platform: string;
  readonly #id = randomBytes(6).toString("hex");
  readonly #since = Date.now();
  readonly #running = new Map<string, AbortController>();
  readonly #taking: TaskTaking;
  readonly #worker: TaskWorker;
  readonly #clocks: NodeJS.Timeout[] = [];
  #paused: string | undefined;
  #isDraining = false;
  #isGivingBack = false;

  constructor(options: WorkerOptions, engine: EngineDescription, relay: Relay) {
    const { connection, host, name, place, policy, slots } = options;
    this.#options = options;
    this.#relay = relay;
    this.#engine = engine;
    this.#platform = `${engine.os}/${engine.architecture}`;
    this.#taking = {
      host,
      relay,
      name,
      gate: createTagGate(),
      policy: { ...policy, queue: place.name },
      platform: this.#platform,
    };
    this.#worker = connection.worker(
      queueName(place, this.#platform),
      (job, token) => this.#process(job as TaskJob, token),
      {
        name,
        concurrency: slots,
        autorun: false,
        lockDuration: LOCK_DURATION,
        stalledInterval: STALLED_INTERVAL,
        maxStalledCount: MAX_STALLED,
        drainDelay: 2,
      },
    );
    this.#worker.on("error", () => {}); // The connection reports it.
    this.#worker.on("lockRenewalFailed", (ids: string[]) => {
      for (const id of ids) this.#running.get(id)?.abort(new LostError());
    });
  }

  async begin(): Promise<void> {
    await this.#worker.waitUntilReady();
    void this.#worker.run();
    await this.#show();
    this.#clocks.push(
      setInterval(() => void this.#show(), PRESENCE_EVERY),
      setInterval(() => void this.#watchEngine(), ENGINE_EVERY),
    );
    this.#options.onEvent({ kind: "ready", platform: this.#platform });
  }

  active = () => this.#running.size;
  paused = () => (this.#isDraining ? "draining" : this.#paused);

  async drain(limit: number): Promise<void> {
    this.#isDraining = true;
    await Promise.all([this.#worker.pause(true), this.#show()]);
    const clock = setTimeout(() => this.#giveBack(), limit);
    await this.#worker.close();
    clearTimeout(clock);
    for (const one of this.#clocks) clearInterval(one);
    await this.#relay.deleteRetained(presenceTopic(this.#id)).catch(() => {});
    await this.#relay.close();
  }

  #giveBack(): void {
    this.#isGivingBack = true;
    for (const task of this.#running.values()) task.abort(new Error("given back"));
  }

  async #process(job: TaskJob, token: string | undefined) {
    const { id = "" } = job;
    const { target } = job.data;
    const stop = new AbortController();
    this.#running.set(id, stop);
    const started = Date.now();
    const done = (outcome: string, message?: string) => {
      const seconds = (Date.now() - started) / 1000;
      this.#options.onEvent({ kind: "done", task: id, target, outcome, seconds, message });
    };
    this.#options.onEvent({ kind: "taken", task: id, target });
    void this.#show();
    try {
      const { attemptsStarted: attempt = 1 } = job;
      const end = await takeTask({ id, data: job.data, attempt }, this.#taking, { signal: stop.signal });
      done(end.kind === "cancelled" ? "cancelled" : end.result.outcome);
      return end;
    } catch (error) {
      const { message } = error as Error;
      const isOfEngine = error instanceof TaskInterruptedError && error.isOfEngine;
      if (stop.signal.reason instanceof LostError) {
        done("lost");
      } else if (isOfEngine || this.#isGivingBack) {
        if (isOfEngine) this.#pause(message);
        done("given-back", message);
        await job.moveToWait(token);
        throw new WaitingError();
      } else done(error instanceof TaskInterruptedError ? "interrupted" : "refused", message);
      throw error;
    } finally {
      this.#running.delete(id);
      void this.#show();
    }
  }

  #pause(why: string): void {
    if (this.#paused !== undefined) return;
    this.#paused = why;
    this.#options.onEvent({ kind: "paused", why });
    void Promise.all([this.#worker.pause(true), this.#show()]).catch(() => {});
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
    await this.#worker.resume();
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
      active: this.#running.size,
      paused: this.paused(),
      labels,
      engine: this.#engine,
      since: this.#since,
    };
    await this.#relay.publish(presenceTopic(this.#id), presence, { retain: PRESENCE_LASTS }).catch(() => {});
  }
}

/** The queue has given the task to another worker. */
class LostError extends Error {
  constructor() {
    super("another worker has the task");
  }
}
