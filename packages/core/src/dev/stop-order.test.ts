import { expect, test } from "vitest";
import { stopRounds } from "./stop-order.ts";

const roundsOf = (needs: Readonly<Record<string, readonly string[]>>) =>
  stopRounds(new Map(Object.entries(needs))).map(({ grace, names }) => [grace, ...names]);

test("a container ends after those that need it, and the last ones have the longest time", () => {
  expect(roundsOf({ db: [], web: ["api"], api: ["db"], worker: ["db"] })).toEqual([
    [1, "web", "worker"],
    [1, "api"],
    [2, "db"],
  ]);
});

test("containers that need nothing end at once, and a long chain in three rounds", () => {
  expect(roundsOf({ one: [], two: [] })).toEqual([[2, "one", "two"]]);
  expect(roundsOf({ a: ["b"], b: ["c"], c: ["d"], d: ["e"], e: [] })).toEqual([
    [1, "a"],
    [1, "b"],
    [2, "c", "d", "e"],
  ]);
  expect(roundsOf({})).toEqual([[2]]);
});
