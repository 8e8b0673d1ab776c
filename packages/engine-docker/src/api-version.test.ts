import { expect, test } from "vitest";
import {
  createEngineVersion,
  isApiVersion,
  isAtLeast,
  NEWEST_TRIED_API,
  pinApiVersion,
} from "./api-version.ts";

const { signal } = new AbortController();

test.each([
  ["1.41", "1.41"],
  ["1.9", "1.9"],
  ["1.51", "1.51"],
  ["1.54", NEWEST_TRIED_API],
  ["1.100", NEWEST_TRIED_API],
  ["2.0", NEWEST_TRIED_API],
])("an engine that speaks %s is called in version %s", (engine, pinned) => {
  expect(pinApiVersion(engine)).toBe(pinned);
});

test("versions are compared by number", () => {
  expect(isAtLeast("1.100", "1.53")).toBe(true);
  expect(isAtLeast("1.53", "1.53")).toBe(true);
  expect(isAtLeast("1.9", "1.41")).toBe(false);
  expect(isAtLeast("2.0", "1.53")).toBe(true);
});

test.each(["", "1", "1.41/../x", "v1.41", "1.41\n", "1.41.0"])("%j is no version", (text) => {
  expect(isApiVersion(text)).toBe(false);
});

test("a version stays until a newer answer is there", async () => {
  const version = createEngineVersion();
  expect(await version.read(signal)).toBeUndefined();
  version.learn(Promise.resolve("1.41"));
  expect(await version.read(signal)).toBe("1.41");
  version.learn(Promise.reject(new Error("no answer")));
  expect(await version.read(signal)).toBe("1.41");
  version.learn(Promise.resolve(undefined));
  expect(await version.read(signal)).toBe("1.41");
  version.learn(Promise.resolve("1.51"));
  expect(await version.read(signal)).toBe("1.51");
});

test("waiting for a version ends with the signal", async () => {
  const version = createEngineVersion();
  version.learn(new Promise(() => {}));
  const stop = new AbortController();
  const waiting = version.read(stop.signal);
  stop.abort(new Error("stopped"));
  await expect(waiting).rejects.toThrow("stopped");
  await expect(version.read(stop.signal)).rejects.toThrow("stopped");
});
