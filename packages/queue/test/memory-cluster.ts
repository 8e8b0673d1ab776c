// Coordinators and workers on a queue in memory. Builds take a time of the tests' clock.
import type { EngineDescription } from "@sti/core";
import { TaskInterruptedError } from "@sti/core/remote";
import { buildTask } from "@sti/testing/build-task";
import { createMemoryQueue } from "@sti/testing/memory-queue";
import { vi } from "vitest";
import {
  createQueueBuilder,
  type QueueBuilder,
  type QueueBuilderOptions,
} from "../src/coordinator/create-queue-builder.ts";
import { createHomes } from "../src/coordinator/home-worker.ts";
import type { TaskReturn } from "../src/task/task-data.ts";
import { eventsTopic, PRESENCE_LASTS, presenceTopic, type TargetEvent } from "../src/task/task-topics.ts";
import {
  type QueueConnection,
  QueueUnreachableError,
  type TaskTaker,
} from "../src/transport/queue-connection.ts";
import { homeQueueName, type QueuePlace } from "../src/transport/queue-place.ts";
import { type Serving, serveTasks, type WorkerOptions } from "../src/worker/serve-tasks.ts";
import type { WorkerHost } from "../src/worker/worker-host.ts";

const PLATFORM = "linux/amd64";
const PLACE: QueuePlace = { kind: "redis", url: "", isSecure: false, shown: "memory", name: "default" };
const ENGINE: EngineDescription = {
  version: "1",
  apiVersion: "1",
  os: "linux",
  architecture: "amd64",
  cpus: 1,
  memory: 1,
};
const STORE = "registry.example/acme/store";
/** Of all workers here. */
const SLOTS = 2;

export interface Ordered {
  readonly app: string;
  readonly worker: Promise<string>;
  readonly warnings: readonly string[];
}

export function createCluster() {
  const queue = createMemoryQueue();
  /** Builds that were begun, in their order. */
  const begun: { readonly app: string; readonly worker: string }[] = [];
  const runs = new Map<string, QueueConnection>();
  const active = new Map<string, number>();
  let most = 0;
  let keys = 0;
  const count = (worker: string, change: number) => {
    const now = (active.get(worker) ?? 0) + change;
    active.set(worker, now);
    most = Math.max(most, now);
  };
  const serve = async (
    name: string,
    { describeEngine, take }: Pick<WorkerHost, "describeEngine"> & Required<Pick<WorkerOptions, "take">>,
  ): Promise<Serving> =>
    await serveTasks({
      place: PLACE,
      connection: queue.connect(),
      host: { describeEngine } as Partial<WorkerHost> as WorkerHost,
      name,
      slots: SLOTS,
      labels: {},
      policy: { keys: [], allowsUnsigned: true, registries: undefined, allowsHostNetwork: false },
      onEvent: () => {},
      take,
    });
  return {
    begun,
    /** Builds of one worker at the same time, at most. */
    mostActive: () => most,
    /** `end`: differs from an end without events. */
    startWorker: async (
      name: string,
      milliseconds: number,
      end: Partial<TaskReturn> = {},
    ): Promise<Serving> =>
      await serve(name, {
        describeEngine: async () => ENGINE,
        take: async ({ attempt, data, id }, { relay }, { signal }) => {
          count(name, 1);
          begun.push({ app: data.target, worker: name });
          await relay.publish(eventsTopic(id), { kind: "begun", worker: name, attempt });
          const { promise, resolve } = Promise.withResolvers<void>();
          signal.addEventListener("abort", () => resolve());
          setTimeout(resolve, milliseconds);
          await promise;
          count(name, -1);
          signal.throwIfAborted();
          const result = { outcome: "built", reason: "edited" } as const;
          return { kind: "ended", result, worker: name, attempt, events: 0, ...end } as TaskReturn;
        },
      }),
    /** A worker whose engine goes away for ever during its first build. */
    startWithoutEngine: async (name: string): Promise<Serving> => {
      let isThere = true;
      return await serve(name, {
        describeEngine: async () => {
          if (isThere) return ENGINE;
          throw new Error("no engine");
        },
        take: async ({ attempt, id }, { relay }) => {
          await relay.publish(eventsTopic(id), { kind: "begun", worker: name, attempt });
          isThere = false;
          throw new TaskInterruptedError("no engine", { isOfEngine: true });
        },
      });
    },
    /** A worker that takes a task of its own queue and is never seen again. */
    startDying: async (name: string): Promise<TaskTaker> => {
      const connection = queue.connect();
      const presence = {
        id: name,
        name,
        platform: PLATFORM,
        slots: 1,
        active: 0,
        labels: {},
        engine: ENGINE,
      };
      const shown = { ...presence, since: 0 };
      await connection.relay("").publish(presenceTopic(name), shown, { retain: PRESENCE_LASTS });
      return connection.taker(homeQueueName(PLACE, PLATFORM, name), { worker: name });
    },
    startRun: async (
      run: string,
      { waitTimeout, warn = () => {} }: Partial<Pick<QueueBuilderOptions, "waitTimeout" | "warn">> = {},
    ): Promise<QueueBuilder> => {
      const connection = queue.connect();
      runs.set(run, connection);
      return await createQueueBuilder({
        place: PLACE,
        connection,
        artifacts: {
          find: async () => undefined,
          list: async () => [],
          remove: async () => false,
          add: async () => {},
          open: async () => undefined,
        },
        platform: PLATFORM,
        run,
        key: undefined,
        waitTimeout,
        share: async () => ({ digest: "", size: 0 }),
        targets: [],
        store: STORE,
        priorityOf: () => 1,
        onBuilt: () => {},
        now: Date.now,
        warn,
      });
    },
    /** Cuts the connection of a run. */
    cut: (run: string) => runs.get(run)?.cut(new QueueUnreachableError("no answer")),
    /** `key`: of the task; left out: one of its own. */
    order: (builder: QueueBuilder, app: string, key?: number): Ordered => {
      keys += 1;
      const warnings: string[] = [];
      const emit = (event: TargetEvent) => {
        if (event.type === "target-warning") warnings.push(String(event.message));
      };
      const task = { ...buildTask(app), key: (key ?? keys).toString(16).padStart(64, "0") };
      const end = builder.build(task, { signal: new AbortController().signal, emit: emit as never });
      const worker = end.then((ended) => (ended.kind === "ended" ? ended.worker : ended.failure.code));
      return { app, worker, warnings };
    },
  };
}

/** Names of apps that belong to a worker. */
export function appsOf(home: string, workers: readonly string[], count: number): readonly string[] {
  const candidates = workers.map((name) => ({ name, slots: SLOTS }));
  const apps: string[] = [];
  for (let index = 0; apps.length < count; index += 1) {
    const app = `${STORE} app-${index}`;
    if (createHomes([]).of(app, candidates) === home) apps.push(`app-${index}`);
  }
  return apps;
}

/** Lets the tests' clock run until all have ended. */
export async function endOf(ordered: readonly Ordered[]): Promise<readonly string[]> {
  const ends = Promise.all(ordered.map(({ worker }) => worker));
  let isOver = false;
  void ends.finally(() => {
    isOver = true;
  });
  while (!isOver) await vi.advanceTimersByTimeAsync(50);
  return await ends;
}
