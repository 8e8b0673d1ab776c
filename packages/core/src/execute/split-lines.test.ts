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

test("line ends of both kinds are taken off, and a last line needs none", () => {
  expect(linesOf(new TextEncoder().encode("a\r\nb\n\nc"), [])).toEqual(["a", "b", "", "c"]);
});

test("a line without an end comes in bounded pieces and nothing of it is lost", () => {
  const lines = linesOf(new TextEncoder().encode("x".repeat(200_000)), [70_000, 140_000]);
  expect(lines.join("")).toHaveLength(200_000);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(64 * 1024);
});
