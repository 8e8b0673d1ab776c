import { expect, test } from "vitest";
import { describeWaiting } from "./describe-waiting.ts";

test.each([
  [{ files: 0, isMore: false, isConfig: false }, undefined],
  [{ files: 1, isMore: false, isConfig: false }, "1 changed file waits"],
  [{ files: 3, isMore: false, isConfig: false }, "3 changed files wait"],
  [{ files: 1, isMore: true, isConfig: false }, "1 or more changed files wait"],
  [{ files: 0, isMore: true, isConfig: false }, "changed files wait"],
  [{ files: 0, isMore: false, isConfig: true }, "the changed config waits"],
  [{ files: 3, isMore: false, isConfig: true }, "3 changed files and the config wait"],
  [{ files: 0, isMore: true, isConfig: true }, "changed files and the config wait"],
] as const)("%j: %s", (waiting, words) => {
  expect(describeWaiting(waiting)).toBe(words);
});
