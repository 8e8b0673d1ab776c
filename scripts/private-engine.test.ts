import { expect, test } from "vitest";
import { privateEngine, privateEngineHost, secondEngine } from "./private-engine.ts";

test.each([
  ["another", { STI_ENGINE_DIR: "/tmp/a", STI_ENGINE_RUN: "/tmp/b" }],
  ["the second", secondEngine({})],
])("%s private engine shares no place, bridge or rule with the usual one", (_, env) => {
  const usual = privateEngine({});
  const other = privateEngine(env);
  const shared = Object.entries(usual).filter(([key, value]) =>
    Object.entries(other).some(([k, v]) => k === key && v === value),
  );
  expect(shared).toEqual([]);
});

test("a bridge's name fits into the kernel's 15 characters", () => {
  expect(
    privateEngine({ STI_ENGINE_RUN: "/a/rather/long/directory/name" }).bridge.length,
  ).toBeLessThanOrEqual(15);
});

test("the host of the private engine is its socket", () => {
  expect(privateEngineHost({ STI_ENGINE_RUN: "/tmp/b" })).toBe("unix:///tmp/b/docker.sock");
});
