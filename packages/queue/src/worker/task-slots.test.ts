import { createMemoryQueue } from "@sti/testing/memory-queue";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createTaskSlots, GivenBackError, LostError } from "./task-slots.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A worker with one slot on the queues "home" and "shared". */
async function start(build: (task: string, signal: AbortSignal) => Promise<void>) {
  const connection = createMemoryQueue().connect();
  const problems: string[] = [];
  const slots = createTaskSlots({
    takers: ["home", "shared"].map((name) => connection.taker(name, { worker: "w1" })),
    slots: 1,
    process: async ({ id }, { signal }) => {
      await build(id, signal);
      return { kind: "cancelled" };
    },
    onNoted: () => {},
    onProblem: (_task, { message }) => problems.push(message),
  });
  const queueOf = (name: string) => connection.queue(name);
  const add = async (name: string, ...ids: string[]) => {
    for (const jobId of ids) await queueOf(name).add(jobId, { v: 1, target: jobId }, { jobId });
  };
  return { add, connection, problems, queueOf, slots };
}

function pause(milliseconds: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, milliseconds);
  return promise;
}

test("the own queue comes first, whenever a slot is free", async () => {
  const order: string[] = [];
  const { add, slots } = await start(async (id) => {
    order.push(id);
    await pause(1000);
  });
  await add("shared", "s1", "s2");
  await slots.start();
  await vi.advanceTimersByTimeAsync(500);
  await add("home", "h1", "h2");
  await vi.advanceTimersByTimeAsync(5000);
  expect(order).toEqual(["s1", "h1", "h2", "s2"]);
  await vi.advanceTimersByTimeAsync(0);
  expect(slots.active()).toBe(0);
});

test("of two tasks that arrive at once, the one without a slot is given back", async () => {
  const { add, connection, queueOf, slots } = await start(() => pause(1000));
  await slots.start();
  // Both queues are being waited for.
  await vi.advanceTimersByTimeAsync(100);
  await Promise.all([add("home", "h1"), add("shared", "s1")]);
  await vi.advanceTimersByTimeAsync(10);
  expect(slots.active()).toBe(1);
  expect(await queueOf("shared").getJobState("s1")).toBe("prioritized");
  const other = connection.taker("shared", { worker: "w2" });
  expect(await other.take({ waits: false })).toMatchObject({ id: "s1" });
});

test("a task that is given back waits, and one whose lock was lost is left alone", async () => {
  const signals: AbortSignal[] = [];
  const { add, problems, queueOf, slots } = await start(async (id, signal) => {
    if (id === "back") {
      slots.pause();
      throw new GivenBackError("no engine");
    }
    signals.push(signal);
    await pause(30_000);
    signal.throwIfAborted();
  });
  await add("home", "back");
  await slots.start();
  await vi.advanceTimersByTimeAsync(10);
  expect(await queueOf("home").getJobState("back")).toBe("prioritized");
  await (await queueOf("home").getJob("back"))?.remove();
  slots.resume();
  await add("home", "lost");
  await vi.advanceTimersByTimeAsync(10);
  slots.abortAll(new LostError());
  await vi.advanceTimersByTimeAsync(31_000);
  expect(signals[0]?.reason).toBeInstanceOf(LostError);
  expect(await queueOf("home").getJobState("lost")).toBe("active");
  expect(problems).toEqual([]);
});
