import { cachedDataVersionTag, setFlagsFromString } from "node:v8";
import { expect, onTestFinished, test } from "vitest";
import { limitHeapGrowth, restoreHeapGrowth } from "./limit-heap-growth.ts";

test("the growth of the young heap is the only flag that is changed", () => {
  onTestFinished(restoreHeapGrowth);
  const before = cachedDataVersionTag();
  setFlagsFromString("--semi-space-growth-factor=1");
  const limited = cachedDataVersionTag();
  restoreHeapGrowth();
  expect(cachedDataVersionTag()).toBe(before);
  limitHeapGrowth();
  expect(cachedDataVersionTag()).toBe(limited);
});
