// A worker whose builds are declared times: the code of `sti worker` up to the build, and a clock in its place.
import {
  eventsTopic,
  type QueueConnection,
  type QueuePlace,
  type Serving,
  serveTasks,
  type WorkerHost,
} from "@sti/queue";
import { durationOf } from "./simulated-builds.ts";
import type { SimulatedStore } from "./simulated-store.ts";

export async function startSimulatedWorker({
  connection,
  name,
  place,
  slots,
  store,
}: {
  readonly connection: QueueConnection;
  readonly place: QueuePlace;
  readonly name: string;
  readonly slots: number;
  readonly store: SimulatedStore;
}): Promise<Serving> {
  const engine = { version: "1", apiVersion: "1", os: "linux", architecture: "amd64", cpus: 4, memory: 8e9 };
  const host: Partial<WorkerHost> = { describeEngine: async () => engine };
  return await serveTasks({
    place,
    connection,
    host: host as WorkerHost,
    name,
    slots,
    labels: {},
    policy: { keys: [], allowsUnsigned: true, registries: undefined, allowsHostNetwork: false },
    onEvent: () => {},
    take: async ({ attempt, data, id }, { relay }) => {
      await relay.publish(eventsTopic(id), { kind: "begun", worker: name, attempt });
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, durationOf(data.target));
      await promise;
      const [key = ""] = id.split("-");
      store.add(key);
      const result = { outcome: "built", reason: "src/file-0.js edited", imageSize: 1000 } as const;
      return { kind: "ended", result, worker: name, attempt, events: 0 };
    },
  });
}
