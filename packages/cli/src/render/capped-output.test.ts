import { expect, test } from "vitest";
import { capOutput } from "./capped-output.ts";
import type { FileOutput } from "./file-output.ts";

function record(): FileOutput & { readonly text: () => string; readonly isClosed: () => boolean } {
  let text = "";
  let isClosed = false;
  return {
    write: (added) => {
      text += added;
    },
    close: () => {
      isClosed = true;
    },
    problem: () => undefined,
    text: () => text,
    isClosed: () => isClosed,
  };
}

function write(lines: readonly string[], limits = { head: 20, tail: 10 }) {
  const output = record();
  const capped = capOutput(output, limits);
  for (const line of lines) capped.write(line);
  const before = output.text();
  capped.close();
  return { before, text: output.text(), isClosed: output.isClosed() };
}

const lines = (count: number) => Array.from({ length: count }, (_, index) => `${1000 + index}\n`);

test("what fits into the start is written at once, as it is", () => {
  expect(write(lines(4))).toEqual({ before: lines(4).join(""), text: lines(4).join(""), isClosed: true });
});

test("what fits into start and end is whole", () => {
  expect(write(lines(6)).text).toBe(lines(6).join(""));
});

test("of more, a line between start and end names how many bytes are left out", () => {
  expect(write(lines(1000)).text).toBe(
    `${lines(4).join("")}[sti: 4970 bytes are left out here]\n1998\n1999\n`,
  );
});

test("bytes are counted, not characters, and a line is never cut", () => {
  const text = write([`${"ä".repeat(8)}\n`, `${"ü".repeat(3)}\n`, `${"ö".repeat(4)}\n`]).text;
  expect(text).toBe("ääääääää\n[sti: 7 bytes are left out here]\nöööö\n");
});

test("a line that is longer than the end is left out, too", () => {
  expect(write(["a\n", `${"b".repeat(100)}\n`, "c\n"]).text).toBe(
    "a\n[sti: 101 bytes are left out here]\nc\n",
  );
});

test("what is held is bounded by the end's size and not by the number of lines", () => {
  const limits = { head: 0, tail: 1 << 20 };
  const output = record();
  const capped = capOutput(output, limits);
  for (let index = 0; index < 300_000; index += 1) capped.write("0123456789\n");
  capped.close();
  expect(output.text().length).toBeLessThan(limits.tail + 100);
  expect(output.text().length).toBeGreaterThan(limits.tail - 10_000);
});
