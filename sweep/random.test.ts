import { expect, test } from "vitest";
import { seededRandom, shuffle } from "./random.ts";

test("the same seed gives the same order", () => {
  const items = Array.from({ length: 50 }, (_, index) => index);
  const first = shuffle(items, seededRandom("7"));
  expect(shuffle(items, seededRandom("7"))).toEqual(first);
  expect(shuffle(items, seededRandom("8"))).not.toEqual(first);
  expect([...first].sort((a, b) => a - b)).toEqual(items);
});
