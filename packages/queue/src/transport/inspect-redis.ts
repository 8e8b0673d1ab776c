// Inspects a Redis or Valkey server, with commands that the user of docs/queue.md may use, and with two that it may not.
import type { Redis } from "ioredis";
import type { ServerFacts } from "./server-facts.ts";

type Calls = Pick<Redis, "config" | "exists" | "info" | "time">;

/** `needsPassword`: whether the address has one. Rejects with the server's error. */
export async function inspectRedis(client: Calls, needsPassword: boolean): Promise<ServerFacts> {
  const info = parseInfo(await client.info());
  const [seconds, micros] = await client.time();
  const isValkey = info.get("valkey_version") !== undefined;
  const policy = info.get("maxmemory_policy") ?? "noeviction";
  const isAllowed = async (call: Promise<unknown>) =>
    await call.then(
      () => true,
      () => false,
    );
  const excess = [
    ...(needsPassword ? [] : ["come without a password"]),
    ...((await isAllowed(client.config("GET", "maxmemory-policy"))) ? ["change settings of the server"] : []),
    ...((await isAllowed(client.exists("not-a-key-of-sti"))) ? ["use keys of other programs"] : []),
  ];
  return {
    product: isValkey ? "Valkey" : "Redis",
    version: info.get("valkey_version") ?? info.get("redis_version") ?? "unknown",
    oldest: isValkey ? "7.2" : "6.2",
    now: Number(seconds) * 1000 + Number(micros) / 1000,
    eviction:
      policy === "noeviction"
        ? undefined
        : {
            found: `maxmemory-policy ${policy}: the server may drop tasks`,
            fix: "set maxmemory-policy noeviction",
          },
    volatility:
      info.get("aof_enabled") === "0"
        ? { found: "appendonly no: a restart loses tasks, which runs order again", fix: "set appendonly yes" }
        : undefined,
    excess,
  };
}

function parseInfo(text: string): ReadonlyMap<string, string> {
  const pairs = text.split("\r\n").map((line) => line.split(":"));
  return new Map(pairs.map(([name = "", ...value]) => [name, value.join(":")]));
}
