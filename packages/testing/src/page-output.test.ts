import { expect, test } from "vitest";
import { compareOutput } from "./page-output.ts";

test("durations, times, ids, processors and the order of lines are ignored", () => {
  const expected = "05:26:50 ✔ a  built 1.2s\n\n2 at a time\n4d2c3448447b";
  const actual = `8 at a time\n17:00:01 ✔ a  built 1m 0s\n${"4d2c3448447b"}\n`;
  expect(compareOutput(expected, actual)).toEqual({ missing: [], surplus: [] });
});

test("other lines count, each once", () => {
  expect(compareOutput("a\na\nb", "a\nc")).toEqual({ missing: ["a", "b"], surplus: ["c"] });
});

test("further lines are allowed with …", () => {
  expect(compareOutput("a\n…", "c\na\nb")).toEqual({ missing: [], surplus: [] });
  expect(compareOutput("a\n…", "c")).toEqual({ missing: ["a"], surplus: [] });
});
