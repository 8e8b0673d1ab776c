import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { appsOf, createCluster, endOf } from "../../test/memory-cluster.ts";

const WORKERS = ["w1", "w2"];

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("apps are built by their own workers, run after run, and never more at a time than there are slots", async () => {
  const { begun, mostActive, order, startRun, startWorker } = createCluster();
  for (const name of WORKERS) await startWorker(name, 1000);
  const apps = WORKERS.map((name) => appsOf(name, WORKERS, 4));
  const names = [0, 1, 2, 3].flatMap((index) => apps.map((own) => own[index] ?? ""));
  for (const run of ["one", "two"]) {
    const builder = await startRun(run);
    const ends = await endOf(names.map((app) => order(builder, app)));
    expect(ends).toEqual(names.map((app) => WORKERS.find((_, index) => apps[index]?.includes(app))));
    await builder.close();
  }
  expect(mostActive()).toBe(2);
  expect(begun).toHaveLength(16);
});

test("a worker without apps of its own takes those that would wait", async () => {
  const { begun, mostActive, order, startRun, startWorker } = createCluster();
  for (const name of WORKERS) await startWorker(name, 1000);
  const builder = await startRun("one");
  const ends = await endOf(appsOf("w1", WORKERS, 8).map((app) => order(builder, app)));
  expect(ends.filter((worker) => worker === "w1")).toHaveLength(4);
  expect(ends.filter((worker) => worker === "w2")).toHaveLength(4);
  expect([mostActive(), begun.length]).toEqual([2, 8]);
  await builder.close();
});

test("tasks of a worker that is gone go to others, those too that it had begun", async () => {
  const { begun, order, startDying, startRun, startWorker } = createCluster();
  const dying = await startDying("gone");
  await startWorker("w1", 1000);
  const builder = await startRun("one");
  const [taken, waiting] = appsOf("gone", ["gone", "w1"], 40)
    .slice(-2)
    .map((app) => order(builder, app));
  if (taken === undefined || waiting === undefined) throw new Error("no apps");
  await vi.advanceTimersByTimeAsync(0);
  expect(await dying.take({ waits: false })).toMatchObject({ attempt: 1 });
  expect(await endOf([taken, waiting])).toEqual(["w1", "w1"]);
  expect(begun.map(({ app }) => app).sort()).toEqual([taken.app, waiting.app].sort());
  await builder.close();
});

test("a worker that drains gives its waiting tasks to others", async () => {
  const { order, startRun, startWorker } = createCluster();
  const [first] = [await startWorker("w1", 5000), await startWorker("w2", 1000)];
  const builder = await startRun("one");
  const ordered = appsOf("w1", WORKERS, 6).map((app) => order(builder, app));
  await vi.advanceTimersByTimeAsync(50);
  void first?.drain(60_000);
  const ends = await endOf(ordered);
  expect(ends.filter((worker) => worker === "w1")).toHaveLength(2);
  await builder.close();
});

test("two runs that want the same result share one build, wherever each would have it", async () => {
  const { begun, order, startRun, startWorker } = createCluster();
  await startWorker("w1", 1000);
  const runs = [await startRun("one"), await startRun("two")];
  const apps = appsOf("w1", WORKERS, 6);
  const ordered = apps.flatMap((app, index) => runs.map((builder) => order(builder, app, index + 1)));
  await startWorker("w2", 1000);
  await endOf(ordered);
  expect(begun).toHaveLength(apps.length);
  for (const builder of runs) await builder.close();
});

test("output that is lost, and a log that could not be added, are warnings", async () => {
  const { order, startRun, startWorker } = createCluster();
  await startWorker("w1", 1000, { events: 3, logProblem: "quota exceeded" });
  const builder = await startRun("one");
  const ordered = order(builder, "api");
  expect(await endOf([ordered])).toEqual(["w1"]);
  expect(ordered.warnings).toEqual([
    "3 of 3 events of w1 were lost, with a part of the output",
    "w1 could not add its log to the store: quota exceeded",
  ]);
  await builder.close();
});

test("builds end as failed once the connection is cut, and the run can be closed", async () => {
  const { cut, order, startRun } = createCluster();
  const builder = await startRun("one");
  const ordered = order(builder, "api");
  await vi.advanceTimersByTimeAsync(1000);
  cut("one");
  expect(await endOf([ordered])).toEqual(["queue-unreachable"]);
  await builder.close();
});

test("an end of another shape is a failure, not a crash", async () => {
  const { order, startRun, startWorker } = createCluster();
  await startWorker("w1", 1000, { events: "many" as never });
  const builder = await startRun("one");
  expect(await endOf([order(builder, "api")])).toEqual(["task-failed"]);
  await builder.close();
});

test("a task that its worker has given back waits for a worker again, no longer than it may", async () => {
  const { order, startRun, startWithoutEngine } = createCluster();
  await startWithoutEngine("w1");
  const warnings: string[] = [];
  const builder = await startRun("one", { waitTimeout: 30_000, warn: (message) => warnings.push(message) });
  expect(await endOf([order(builder, "api")])).toEqual(["workers-missing"]);
  expect(warnings).toEqual([
    "no worker that is not paused (w1: no engine) for linux/amd64 takes tasks from memory; waiting, for 30 s",
  ]);
  await builder.close();
});
