// The queue alone: tasks that build nothing, one after the other, from their order to their end, by Redis and PostgreSQL.
// A coordinator and a worker in this process, with a connection each.

import {
  createQueueBuilder,
  eventsTopic,
  openQueue,
  parseQueuePlace,
  type QueuePlace,
  serveTasks,
  type WorkerHost,
} from "@sti/queue";
import { buildTask } from "@sti/testing/build-task";
import type { BenchContext } from "./bench-context.ts";
import { type Contender, type Figures, measure, type Table } from "./measure.ts";
import { startServers } from "./queue-servers.ts";

const TASKS = 100;
const ENGINE = { version: "1", apiVersion: "1", os: "linux", architecture: "amd64", cpus: 1, memory: 1e9 };
const RESULT = { outcome: "built", reason: "edited" } as const;

export async function bench({ rounds = 3, signal }: BenchContext): Promise<readonly Table[]> {
  const closing: (() => Promise<unknown>)[] = [];
  try {
    const contenders: Contender[] = [];
    await startServers(migrate, {
      closing,
      use: async ({ name, url }) => {
        const { close, run } = await startPair(placeOf(url));
        closing.unshift(close);
        contenders.push({ name, goal: "100 ms", run });
      },
    });
    const rows = await measure(contenders, { rounds, signal });
    return [{ title: `a task that builds nothing, median of ${TASKS}`, compare: "wall", peers: [], rows }];
  } finally {
    for (const close of closing) await close();
  }
}

async function startPair(place: QueuePlace) {
  const [ordering, working] = [await connect(place), await connect(place)];
  const host: Partial<WorkerHost> = { describeEngine: async () => ENGINE };
  const worker = await serveTasks({
    place,
    connection: working,
    host: host as WorkerHost,
    name: "worker",
    slots: 1,
    labels: {},
    policy: { keys: [], allowsUnsigned: true, registries: undefined, allowsHostNetwork: false },
    onEvent: () => {},
    take: async ({ attempt, id }, { relay }) => {
      await relay.publish(eventsTopic(id), { kind: "begun", worker: "worker", attempt });
      return { kind: "ended", result: RESULT, worker: "worker", attempt, events: 0 };
    },
  });
  const task = buildTask();
  const builder = await createQueueBuilder({
    place,
    connection: ordering,
    artifacts: { add: unused, find: unused, list: unused, open: unused, remove: unused },
    platform: "linux/amd64",
    run: "bench",
    key: undefined,
    waitTimeout: undefined,
    share: unused,
    targets: [[task.node.target.name]],
    store: task.store.repository,
    priorityOf: () => 1,
    onBuilt: () => {},
    now: Date.now,
    warn: (message) => process.stderr.write(`${message}\n`),
  });
  const { signal } = new AbortController();
  let count = 0;
  const run = async (): Promise<Figures> => {
    const times: number[] = [];
    for (let index = 0; index < TASKS; index += 1) {
      count += 1;
      const started = performance.now();
      const key = count.toString(16).padStart(64, "0");
      await builder.build({ ...task, key }, { signal, emit: () => {} });
      times.push(performance.now() - started);
    }
    times.sort((one, other) => one - other);
    return { wall: times[TASKS / 2] ?? 0, p95: times[Math.floor(TASKS * 0.95)] };
  };
  const close = async () => {
    await builder.close();
    await worker.drain(0);
    await Promise.all([ordering.close(), working.close()]);
  };
  return { run, close };
}

async function migrate(url: string): Promise<void> {
  const connection = await connect(placeOf(url), true);
  await connection.close();
}

async function connect(place: QueuePlace, migrates = false) {
  const onError = ({ message }: Error) => void process.stderr.write(`${message}\n`);
  return await openQueue(place, { limit: 5000, migrates, onError });
}

function placeOf(url: string): QueuePlace {
  const place = parseQueuePlace(url);
  if ("problem" in place) throw new Error(place.problem);
  return place;
}

function unused(): never {
  throw new Error("tasks that build nothing have no files");
}
