import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createEnding } from "./ending.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

function start() {
  const notices: string[] = [];
  return { notices, ending: createEnding((text) => notices.push(text)) };
}

test("asks engines to hurry when it begins, and waits for none after five seconds", () => {
  const { ending } = start();
  const { end, hurry } = ending.patience;
  vi.advanceTimersByTime(60_000);
  expect([hurry.aborted, end.aborted]).toEqual([false, false]);
  ending.begin();
  ending.begin();
  expect([hurry.aborted, end.aborted]).toEqual([true, false]);
  vi.advanceTimersByTime(4999);
  expect(end.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(end.aborted).toBe(true);
});

test("gives a call two seconds, and one after a call that was given up all that is left", () => {
  const { ending } = start();
  ending.begin();
  ending.patience.onCall?.("tag image")(false);
  expect(ending.patience.limit()).toBe(2000);
  ending.patience.onCall?.("tag image")(true);
  expect(ending.patience.limit()).toBe(5000);
});

test("cuts what is open when the command has ended, but only where it was asked to end", () => {
  const { ending } = start();
  ending.finish();
  expect(ending.patience.end.aborted).toBe(false);
  ending.begin();
  ending.finish();
  expect(ending.patience.end.aborted).toBe(true);
});

test("names what is waited for, the newest first, and for how long", () => {
  const { ending } = start();
  const done = ending.patience.onCall?.("remove container");
  expect(ending.describeWait()).toBeUndefined();
  ending.begin();
  vi.advanceTimersByTime(1200);
  expect(ending.describeWait()).toBe("waiting for the engine (remove container, 1 s)");
  const others = [ending.patience.onCall?.("tag image"), ending.patience.onCall?.("tag image")];
  expect(ending.describeWait()).toBe("waiting for the engine (tag image and 1 more, 1 s)");
  for (const ended of [done, ...others]) ended?.(false);
  expect(ending.describeWait()).toBeUndefined();
});

test.each([
  ["once after a second", false, ["waiting for the engine (tag image, 1 s)"]],
  ["not where a screen shows it", true, []],
] as const)("names the pending work %s", (_, isShown, expected) => {
  const { ending, notices } = start();
  ending.isShown = isShown;
  ending.patience.onCall?.("tag image");
  ending.begin();
  vi.advanceTimersByTime(4000);
  expect(notices).toEqual(expected);
});
