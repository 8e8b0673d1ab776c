import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFileOutput } from "./file-output.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sti-output-"));
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

test("what is written is in the file soon, and at the end at once", () => {
  const file = join(folder, "log");
  const output = createFileOutput(file);
  output.write("one\n");
  output.write("two\n");
  vi.advanceTimersByTime(200);
  expect(readFileSync(file, "utf8")).toBe("one\ntwo\n");
  output.write("three\n");
  output.close();
  expect(readFileSync(file, "utf8")).toBe("one\ntwo\nthree\n");
  expect(vi.getTimerCount()).toBe(0);
});

test("a file that cannot be written is a problem to be asked for", () => {
  const output = createFileOutput(join(folder, "none", "log"));
  output.write("one\n");
  vi.advanceTimersByTime(200);
  output.close();
  expect(output.problem()).toContain("ENOENT");
});
