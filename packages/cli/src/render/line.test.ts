import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { cutText, fitText, printLine } from "./line.ts";
import { wrapLine } from "./wrap-line.ts";

describe("printLine", () => {
  const line = [
    { text: "✔", style: "green" as const },
    " ",
    { text: "決済サービス", style: "bold" as const },
    "  built",
  ];

  it.each([1, 2, 3, 4, 7, 10, 14, 20, 40])("is never wider than %d columns", (columns) => {
    expect(stringWidth(printLine(line, { columns, colour: true }))).toBeLessThanOrEqual(columns);
  });

  it("is not cut where it fits exactly", () => {
    expect(printLine(line, { columns: 21, colour: false })).toBe("✔ 決済サービス  built");
    expect(printLine(line, { columns: 20, colour: false })).toBe("✔ 決済サービス  bui…");
  });

  it("shows that something is missing when a piece ends where the room does", () => {
    expect(printLine(["abc", "def"], { columns: 3, colour: false })).toBe("ab…");
  });

  it("closes every colour it opens, also where it is cut", () => {
    const printed = printLine([{ text: "abcdefgh", style: "red" }], { columns: 4, colour: true });
    expect(printed).toBe("\u001b[31mabc…\u001b[39m");
  });

  it("has no escape sequence without colour, whatever the text holds", () => {
    expect(printLine([{ text: "a\u001b[31mb\tc", style: "red" }], { columns: 80, colour: false })).toBe(
      "ab  c",
    );
  });
});

describe("cutText and fitText", () => {
  it("never cut a wide or joined character in half", () => {
    expect(cutText("決済サービス", 4)).toBe("決…");
    expect(cutText("👩‍👩‍👧 family", 4)).toBe("👩‍👩‍👧…");
  });

  it("fill up to the width", () => {
    expect(fitText("決済", 6)).toBe("決済  ");
  });
});

describe("wrapLine", () => {
  const wrap = (text: string, columns: number) =>
    wrapLine([text], { columns, indent: 2 }).map((line) => printLine(line, { columns: 99, colour: false }));

  it("breaks at spaces and indents what follows", () => {
    expect(wrap("one two three four five six", 20)).toEqual(["one two three four", "  five six"]);
  });

  it("leaves long words whole", () => {
    expect(wrap("see /a/very/long/path/of/a/file.ts now", 20)).toEqual([
      "see",
      "  /a/very/long/path/of/a/file.ts",
      "  now",
    ]);
  });

  it("keeps a line as it is where it fits", () => {
    expect(wrap("  a  b", 20)).toEqual(["  a  b"]);
  });
});
