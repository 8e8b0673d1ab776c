import { expect, test } from "vitest";
import { printTable } from "./print-table.ts";

test("a table has the figures that there are, and each row's ratio to its peers", () => {
  const text = printTable({
    title: "two ways",
    compare: "wall",
    peers: ["short", "absent"],
    rows: [
      { name: "short", wall: 100, cpu: 8.256 },
      { name: "a longer one", wall: 250.4, goal: "2 × short" },
    ],
    notes: ["Nothing else ran."],
  });
  expect(text).toBe(
    [
      "two ways      CPU ms  wall ms  ÷ short  goal",
      "short           8.26      100   1.00 ×",
      "a longer one              250   2.50 ×  2 × short",
      "  Nothing else ran.",
      "",
    ].join("\n"),
  );
});
