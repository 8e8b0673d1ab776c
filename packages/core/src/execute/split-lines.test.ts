import fc from "fast-check";
import { expect, test } from "vitest";
import { splitLines } from "./split-lines.ts";

function linesOf(bytes: Uint8Array, cuts: readonly number[]): string[] {
  const lines: string[] = [];
  const splitter = splitLines((line) => lines.push(line.text));
  let at = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    splitter.push({ stream: "stdout", bytes: bytes.subarray(at, Math.min(cut, bytes.length)) });
    at = Math.max(at, Math.min(cut, bytes.length));
  }
  splitter.push({ stream: "stdout", bytes: bytes.subarray(at) });
  splitter.end();
  return lines;
}

test("lines are the same wherever the bytes are cut, also inside a character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.array(fc.nat(60)), (text, cuts) => {
      const bytes = new TextEncoder().encode(text);
      expect(linesOf(bytes, cuts)).toEqual(linesOf(bytes, []));
    }),
  );
});

test("long lines, too, are the same wherever the bytes are cut", () => {
  const part = fc.tuple(
    fc.constantFrom("x", "\r", "\n", "\r\n", "é"),
    fc.constantFrom(1, 2, 65_535, 65_536, 65_537),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), fc.array(fc.nat(300_000)), (parts, cuts) => {
      const bytes = new TextEncoder().encode(parts.map(([text, times]) => text.repeat(times)).join(""));
      expect(linesOf(bytes, cuts)).toEqual(linesOf(bytes, []));
    }),
    { numRuns: 50 },
  );
});

test("a progress bar longer than any line is one line, its last drawing", () => {
  const bar = Array.from({ length: 20_000 }, (_, at) => `\r${at} of 20000`).join("");
  const bytes = new TextEncoder().encode(`${bar}\ndone\n`);
  const [drawn = "", ...rest] = linesOf(bytes, [70_000, 70_001, 200_000]);
  expect(rest).toEqual(["done"]);
  expect(drawn.split("\r").at(-1)).toBe("19999 of 20000");
});

test("line ends of both kinds are taken off, and a last line needs none", () => {
  expect(linesOf(new TextEncoder().encode("a\r\nb\n\nc"), [])).toEqual(["a", "b", "", "c"]);
});

test("a line without an end comes in bounded pieces and nothing of it is lost", () => {
  const lines = linesOf(new TextEncoder().encode("x".repeat(200_000)), [70_000, 140_000]);
  expect(lines.join("")).toHaveLength(200_000);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(64 * 1024);
});
