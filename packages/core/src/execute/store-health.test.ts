import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { RegistryError } from "../store/registry-error.ts";
import { createStoreHealth, SilenceError } from "./store-health.ts";

const STORE = { repository: "registry.test/acme/store" };
const SLOW =
  "the store registry.test/acme/store cannot be used, the session goes on as without it: its answers took longer than 10 s";

/** A store whose time goes on only when a test says so. */
function start() {
  const warnings: string[] = [];
  let time = 0;
  const health = createStoreHealth(STORE, {
    now: () => time,
    signal: new AbortController().signal,
    warn: (message) => warnings.push(message),
  });
  const pass = (seconds: number) => {
    time += seconds * 1000;
  };
  /** An answer after so many seconds. */
  const ask = (seconds: number, isSaving = false) =>
    health.ask(
      "read",
      async () => pass(seconds),
      () => isSaving,
    );
  return { ask, health, pass, warnings };
}

test("answers that save no build cost the time beyond a second, and ten seconds are all there is", async () => {
  const { ask, health, warnings } = start();
  for (const seconds of [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 5, 5]) await ask(seconds);
  expect(warnings).toEqual([]);
  await ask(3);
  expect(warnings).toEqual([SLOW]);
  expect(health.can("read") || health.can("write")).toBe(false);
  expect(await health.ask("read", async () => "asked")).toBeUndefined();
});

test("answers that save builds cost nothing", async () => {
  const { ask, warnings } = start();
  for (let count = 0; count < 20; count += 1) await ask(9, true);
  expect(warnings).toEqual([]);
});

test("answers at the same time cost as much as one", async () => {
  const { health, pass, warnings } = start();
  const { promise, resolve } = Promise.withResolvers<void>();
  const asked = Array.from({ length: 16 }, () => health.ask("read", () => promise));
  pass(9);
  resolve();
  await Promise.all(asked);
  expect(warnings).toEqual([]);
});

test.each([
  ["a refusal to write", "denied", "cannot be written, new results are not added to it", true],
  ["a registry that is gone", "unreachable", "cannot be used, the session goes on as without it", false],
] as const)("%s is reported once", (_name, reason, words, isRead) => {
  const { health, warnings } = start();
  const error = new RegistryError({ reason, operation: "push", registry: "registry.test", message: "no" });
  for (let count = 0; count < 3; count += 1) health.giveUp("write", error);
  expect(warnings).toEqual([`the store registry.test/acme/store ${words}: no`]);
  expect({ read: health.can("read"), write: health.can("write") }).toEqual({ read: isRead, write: false });
});

test("a use that is given up ends what is going on for it", async () => {
  const { health } = start();
  const { promise, reject } = Promise.withResolvers<never>();
  const asked = health.ask("write", (signal) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error));
    return promise;
  });
  health.giveUp("write", new Error("full"));
  expect(await asked).toBeUndefined();
});

test("a pull that the engine lets wait lasts as long as it reports anything of another", async () => {
  const health = createStoreHealth(STORE, {
    now: () => 0,
    patience: { total: 1000, quick: 1000, silence: 30 },
    signal: new AbortController().signal,
    warn: () => {},
  });
  const ended = Promise.withResolvers<void>();
  const waiting = health.transfer("read", ({ signal }) => {
    const { promise, reject } = Promise.withResolvers<void>();
    signal?.addEventListener("abort", () => reject(signal.reason as Error));
    return Promise.race([promise, ended.promise]);
  });
  await health.transfer("read", async ({ onSign }) => {
    for (let count = 0; count < 30; count += 1) {
      onSign?.();
      await sleep(5);
    }
  });
  ended.resolve();
  await waiting;
  const alone = health.transfer("read", ({ signal }) => {
    const { promise, reject } = Promise.withResolvers<void>();
    signal?.addEventListener("abort", () => reject(signal.reason as Error));
    return promise;
  });
  await expect(alone).rejects.toThrow(SilenceError);
});
