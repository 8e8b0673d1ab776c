import { expect, it } from "vitest";
import { TailCollector } from "./output-tail.ts";

it("keeps the last lines and counts those before them", () => {
  const tail = new TailCollector();
  for (let index = 0; index < 5000; index += 1) tail.add(`line ${index}`);
  const { lines, left } = tail.read();
  expect(lines).toHaveLength(1000);
  expect(lines.at(-1)).toBe("line 4999");
  expect(left).toBe(4000);
});

it("keeps at least one line, however long, and no more than its bound of characters otherwise", () => {
  const tail = new TailCollector();
  for (let index = 0; index < 50; index += 1) tail.add("x".repeat(64 * 1024));
  expect(tail.read().lines).toHaveLength(4);
  tail.add("y".repeat(1024 * 1024));
  expect(tail.read().lines).toEqual(["y".repeat(1024 * 1024)]);
});
