import { expect, test } from "vitest";
import { codeFrame, locationAt } from "./text-position.ts";

test.each([
  ["a\nbc\nd", 0, 1, 1],
  ["a\nbc\nd", 1, 1, 2],
  ["a\nbc\nd", 2, 2, 1],
  ["a\nbc\nd", 3, 2, 2],
  ["a\r\nbc", 3, 2, 1],
  ["\uFEFFab", 2, 1, 2],
  ["", 0, 1, 1],
])("in %j, offset %i is line %i, column %i", (text, offset, line, column) => {
  expect(locationAt("f", text, offset)).toEqual({ file: "f", line, column });
});

test("a frame shows two lines before the place and a caret under it", () => {
  const text = Array.from({ length: 12 }, (_, index) => `line ${index + 1}`).join("\n");
  expect(codeFrame(text, { file: "f", line: 10, column: 3 })).toBe(
    ["   8 | line 8", "   9 | line 9", "> 10 | line 10", "     |   ^"].join("\n"),
  );
});

test("of a very long line, a frame shows the part around the place", () => {
  const frame =
    codeFrame(`${"a".repeat(5000)}!${"b".repeat(5000)}`, { file: "f", line: 1, column: 5001 }) ?? "";
  const [line = "", caret = ""] = frame.split("\n");
  expect(line.length).toBeLessThan(180);
  expect(line[caret.indexOf("^")]).toBe("!");
});

test("there is no frame for a line that the text does not have", () => {
  expect(codeFrame("a", { file: "f", line: 2, column: 1 })).toBeUndefined();
});
