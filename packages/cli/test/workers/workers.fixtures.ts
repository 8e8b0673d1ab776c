// What `./pnpmw acceptance` shows of each test beside its result: leftovers, and times that have limits.
import type { Endpoint } from "@sti/engine-docker/endpoint";
import { type Holdings, listHoldings } from "@sti/testing/leftovers";
import { workerEndpoints } from "@sti/testing/worker-engines";
import { beforeEach, expect, onTestFinished, type TestContext } from "vitest";
import type { Cluster } from "../e2e/queue-cluster.fixtures.ts";
import { unfinishedTasks } from "../e2e/queue-evidence.fixtures.ts";

/** Number of things that a test left, by kind. */
export type Leftovers = Readonly<Record<string, number>>;

/** A time that people wait for. The command compares it with its limit; no test fails by it. */
export interface TimedStep {
  readonly step: string;
  readonly milliseconds: number;
  readonly limit: number;
}

declare module "vitest" {
  interface TaskMeta {
    leftovers?: Leftovers;
    times?: readonly TimedStep[];
  }
}

/** Workers of tests. */
const NAMES = ["w1", "w2", "w3", "w4", "w5"];

/** Compares all engines and the queue around each test, once its workers have ended. Temporary files are compared by `runSti`. */
export function checkAroundTests(cluster: Cluster, server: () => { readonly url: string }): void {
  const endpoints = workerEndpoints(cluster.engine.endpoint);
  beforeEach(async ({ task }) => {
    const before = await Promise.all(endpoints.map(listHoldings));
    // The first one that is registered is called last.
    onTestFinished(async () => {
      await cluster.removeImages();
      const tasks = (await unfinishedTasks(server().url, NAMES)).length;
      const left = { ...(await leftIn(endpoints, before)), tasks };
      task.meta.leftovers = left;
      expect(left).toEqual(Object.fromEntries(Object.keys(left).map((kind) => [kind, 0])));
    });
  });
}

async function leftIn(endpoints: readonly Endpoint[], before: readonly Holdings[]): Promise<Leftovers> {
  const sum: Record<string, number> = {};
  for (const [index, endpoint] of endpoints.entries()) {
    const now = await listHoldings(endpoint);
    for (const [kind, names] of Object.entries<readonly string[]>({ ...now })) {
      const known: readonly string[] = before[index]?.[kind as keyof Holdings] ?? [];
      sum[kind] = (sum[kind] ?? 0) + names.filter((name) => !known.includes(name)).length;
    }
  }
  return sum;
}

/** Measures `work`, which ends within `limit` milliseconds on a machine that is not busy. */
export async function timed<Value>(
  { task }: Pick<TestContext, "task">,
  step: string,
  limit: number,
  work: () => Promise<Value>,
): Promise<Value> {
  const started = performance.now();
  const value = await work();
  const milliseconds = Math.round(performance.now() - started);
  task.meta.times = [...(task.meta.times ?? []), { step, milliseconds, limit }];
  return value;
}
