import { expect, it } from "vitest";
import { formatBytes, formatDuration, formatProgress } from "./format-amount.ts";

it.each([
  [0, "0.0s"],
  [3240, "3.2s"],
  [59_940, "59.9s"],
  [59_960, "1m 00s"],
  [64_400, "1m 04s"],
  [3_599_700, "1h 00m"],
  [7_500_000, "2h 05m"],
])("writes %d milliseconds as %s", (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

it("writes bytes in a unit that fits", () => {
  expect([1, 12_000, 3_400_000, 1_200_000_000].map(formatBytes)).toEqual([
    "1 kB",
    "12 kB",
    "3.4 MB",
    "1.2 GB",
  ]);
});

it("writes the part without a whole where none is known", () => {
  expect(formatProgress(5_000_000, 48_100_000)).toBe("5.0/48.1 MB");
  expect(formatProgress(5_000, 48_100_000)).toBe("5 kB/48.1 MB");
  expect(formatProgress(5_000_000, 0)).toBe("5.0 MB");
});
