import { EngineError, type EngineErrorReason } from "@sti/core";
import { expect, test } from "vitest";
import { retryNetwork } from "./retry-network.ts";

function failing(reason: EngineErrorReason, message = "x") {
  const error = new EngineError({ reason, operation: "pull image", message });
  const waits: number[] = [];
  let tries = 0;
  const attempt = async () => {
    tries += 1;
    throw error;
  };
  const pause = async (milliseconds: number) => {
    waits.push(milliseconds);
  };
  return { attempt, error, options: { pause }, tries: () => tries, waits };
}

test.each(["pull-network", "push-network"] as const)(
  "%s is tried three times, with pauses",
  async (reason) => {
    const { attempt, error, options, tries, waits } = failing(reason);
    await expect(retryNetwork(attempt, options)).rejects.toBe(error);
    expect(tries()).toBe(3);
    expect(waits).toHaveLength(2);
    expect(waits[0]).toBeGreaterThanOrEqual(500);
    expect(waits[1]).toBeLessThanOrEqual(3000);
  },
);

test.each(["pull-denied", "push-denied", "pull-not-found", "pull-rate-limit", "lost", "other"] as const)(
  "%s is tried once",
  async (reason) => {
    const { attempt, error, options, tries } = failing(reason);
    await expect(retryNetwork(attempt, options)).rejects.toBe(error);
    expect(tries()).toBe(1);
  },
);

test("a certificate that is not trusted is not asked for again", async () => {
  const { attempt, error, options, tries } = failing("push-network", "x509: unknown authority");
  await expect(retryNetwork(attempt, options)).rejects.toBe(error);
  expect(tries()).toBe(1);
});

test("a later try's success counts", async () => {
  const { attempt, options } = failing("pull-network");
  let first = true;
  const value = await retryNetwork(async () => {
    if (!first) return "pulled";
    first = false;
    return await attempt();
  }, options);
  expect(value).toBe("pulled");
});

test("an aborted pause rejects with the signal's reason", async () => {
  const { attempt } = failing("pull-network");
  const abort = new AbortController();
  const reason = new Error("enough");
  const trying = retryNetwork(attempt, { signal: abort.signal });
  setImmediate(() => abort.abort(reason));
  await expect(trying).rejects.toBe(reason);
});
