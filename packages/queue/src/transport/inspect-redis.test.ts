import { expect, test } from "vitest";
import { inspectRedis } from "./inspect-redis.ts";

const refuse = async () => {
  throw new Error("NOPERM");
};
const clientOf = (info: string, call: () => Promise<unknown>) =>
  ({ info: async () => info, time: async () => ["1000", "500000"], config: call, exists: call }) as never;

test("a server for tasks alone, with a user that has no other rights", async () => {
  const info = "# Server\r\nredis_version:7.0.15\r\naof_enabled:1\r\nmaxmemory_policy:noeviction\r\n";
  expect(await inspectRedis(clientOf(info, refuse), true)).toEqual({
    product: "Redis",
    version: "7.0.15",
    oldest: "6.2",
    now: 1_000_500,
    eviction: undefined,
    volatility: undefined,
    excess: [],
  });
});

test("a cache that everybody may use", async () => {
  const info =
    "redis_version:7.2.4\r\nvalkey_version:8.1.0\r\naof_enabled:0\r\nmaxmemory_policy:allkeys-lru\r\n";
  expect(
    await inspectRedis(
      clientOf(info, async () => 0),
      false,
    ),
  ).toMatchObject({
    product: "Valkey",
    version: "8.1.0",
    eviction: { found: expect.stringContaining("allkeys-lru") },
    volatility: { found: expect.stringContaining("appendonly no") },
    excess: ["come without a password", "change settings of the server", "use keys of other programs"],
  });
});
