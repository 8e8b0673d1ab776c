import { expect, test } from "vitest";
import type { ServerFacts } from "../transport/server-facts.ts";
import { judgeServer } from "./judge-server.ts";

const GOOD: ServerFacts = {
  product: "Redis",
  version: "7.0.15",
  oldest: "6.2",
  now: 1_000_000,
  eviction: undefined,
  volatility: undefined,
  excess: [],
};
const judge = (facts: Partial<ServerFacts>, isSecure = false) =>
  judgeServer({ ...GOOD, ...facts }, { asked: 1_000_000, isSecure, shown: "redis://queue" });

test("a server that is fit is one line", () => {
  expect(judge({}, true)).toEqual([
    { check: "queue", state: "ok", found: "redis://queue: Redis 7.0.15, TLS" },
  ]);
});

test.each([
  ["6.0.9", "problem"],
  ["6.2.0", "ok"],
  ["10.1", "ok"],
  ["unknown", "ok"],
])("version %s is %s", (version, state) => {
  expect(judge({ version })).toMatchObject([{ state }]);
});

test.each([
  [20_000, []],
  [-31_000, ["warning"]],
  [200_000, ["warning"]],
  [301_000, ["problem"]],
])("a clock that differs by %d ms is reported as %j", (skew, states) => {
  const found = judge({ now: GOOD.now + skew }).filter(({ check }) => check === "queue: clock");
  expect(found.map(({ state }) => state)).toEqual(states);
});

test("what may drop tasks, and rights that are too many, come with a next step", () => {
  const eviction = { found: "maxmemory-policy allkeys-lru", fix: "set noeviction" };
  const volatility = { found: "appendonly no", fix: "set appendonly yes" };
  const checks = judge({ eviction, volatility, excess: ["change settings", "use other keys"] });
  expect(checks.slice(1)).toMatchObject([
    { check: "queue: memory", state: "problem", ...eviction },
    { check: "queue: data", state: "warning", ...volatility },
    {
      check: "queue: user",
      state: "warning",
      found: expect.stringContaining("change settings, use other keys"),
    },
  ]);
});
