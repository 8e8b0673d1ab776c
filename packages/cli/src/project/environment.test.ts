import { DEFAULT_TIME, describeFailure, type Facts } from "@sti/core";
import { expect, test } from "vitest";
import { checkEnvironment, checkPlatform, readTime } from "./environment.ts";

test.each<[value: string | undefined, time: number]>([
  [undefined, DEFAULT_TIME],
  ["", DEFAULT_TIME],
  ["0", 0],
  ["1767225600", 1_767_225_600],
  ["8589934591", 8_589_934_591],
])("SOURCE_DATE_EPOCH=%s gives files the time %s", (value, time) => {
  const env = { SOURCE_DATE_EPOCH: value };
  expect(checkEnvironment(env)).toEqual([]);
  expect(readTime(env)).toBe(time);
});

test.each([
  ["1767225600000", "milliseconds"],
  ["1767225600000000000", "milliseconds"],
  ["8589934592", "at most 8589934591"],
  ["abc", "must be whole seconds since 1970"],
  ["-1", "must be whole seconds since 1970"],
  ["1.5", "must be whole seconds since 1970"],
  ["1e9", "must be whole seconds since 1970"],
  ["0x10", "must be whole seconds since 1970"],
  [" 5", "must be whole seconds since 1970"],
  ["2026-01-01", "must be whole seconds since 1970"],
])("SOURCE_DATE_EPOCH=%s is refused: %s", (value, words) => {
  const [failure] = checkEnvironment({ SOURCE_DATE_EPOCH: value });
  if (failure === undefined) throw new Error("no failure");
  const { hint, summary } = describeFailure(failure);
  expect(summary).toContain(words);
  expect(summary).toContain(`but is "${value}"`);
  expect(hint).toBe("set SOURCE_DATE_EPOCH to such a value, or unset it");
});

const facts = { engine: { os: "linux", architecture: "arm64" } } as Pick<Facts, "engine">;

test.each(["", "linux/arm64", "linux/arm64/v8"])("DOCKER_DEFAULT_PLATFORM=%s is the engine's", (value) => {
  expect(checkPlatform({ DOCKER_DEFAULT_PLATFORM: value }, facts)).toEqual([]);
});

test.each(["linux/amd64", "linux/arm", "arm64", "windows/arm64"])(
  "DOCKER_DEFAULT_PLATFORM=%s is refused",
  (value) => {
    const [failure] = checkPlatform({ DOCKER_DEFAULT_PLATFORM: value }, facts);
    expect(failure).toMatchObject({
      variable: "DOCKER_DEFAULT_PLATFORM",
      value,
      message: "must be the platform of the engine, linux/arm64",
    });
    expect(checkPlatform({ DOCKER_DEFAULT_PLATFORM: value }, { engine: undefined })).toEqual([]);
  },
);
