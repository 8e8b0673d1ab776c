import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { findHint } from "./find-hint.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test.each([
  ["timestamp", "built 2026-01-31T12:00:00Z by ci\n", "built 2026-02-01T09:10:11Z by ci\n"],
  ["timestamp", '{"a":1,"time":1760000000,"b":2}', '{"a":1,"time":1760000007,"b":2}'],
  ["timestamp", '{"time":1760000000123}', '{"time":1760000007456}'],
  ["timestamp", "# Generated Mon Nov 23 11:42:00 UTC 2026\n", "# Generated Mon Nov 23 11:42:09 UTC 2026\n"],
  ["timestamp", "on 23 Nov 2026", "on 24 Nov 2026"],
  ["build-path", "//# source=/tmp/build-a1/x.js\n", "//# source=/tmp/build-b2/x.js\n"],
  ["random", "id: 3480ee2d-df96-4e28-a3d0-16a3569beb98\n", "id: a5eeccf1-611a-41ae-9b03-a3145e917ff9\n"],
  ["random", 'key="9f86d081884c7d65"', 'key="60303ae22b998861"'],
  ["random", "seed YWJjZGVmZ2hpamtsbW5vcA1", "seed cXJzdHV2d3h5ejAxMjM0NQ2"],
  ["order", "b\na\nc\n", "a\nb\nc\n"],
  ["order", '{"a": 1, "b": 2}', '{"b": 2, "a": 1}'],
])("%s: %j and %j", (kind, left, right) => {
  expect(findHint(bytes(left), bytes(right))?.kind).toBe(kind);
});

test.each([
  ["a word", "hello world\n", "hello there\n"],
  ["a version", "version 1.2.3\n", "version 1.2.4\n"],
  ["something beside a time", "built 2026-01-31 by 1\n", "built 2026-01-31 by 2\n"],
  ["nothing", "same\n", "same\n"],
  ["an end", "abc", "abcd"],
])("of %s nothing is said", (_, left, right) => {
  expect(findHint(bytes(left), bytes(right))).toBeUndefined();
});

test("the time in a gzip header is a timestamp", () => {
  const [left, right] = [gzipSync("content"), gzipSync("content")];
  left.writeUInt32LE(1_760_000_000, 4);
  right.writeUInt32LE(1_760_000_001, 4);
  expect(findHint(left, right)).toEqual({ kind: "timestamp", left: "00 78 e7 68", right: "01 78 e7 68" });
});

test("the line that shows it is reported, and of a long one the word", () => {
  const line = (time: string) => bytes(`first\nat ${time}\nlast\n`);
  expect(findHint(line("12:00:01"), line("12:00:02"))).toEqual({
    kind: "timestamp",
    left: "at 12:00:01",
    right: "at 12:00:02",
  });
  const long = (id: string) => bytes(`${"x ".repeat(200)}${id} y`);
  const hint = findHint(long("0123456789abcdef"), long("fedcba9876543210"));
  expect(hint).toEqual({ kind: "random", left: "0123456789abcdef", right: "fedcba9876543210" });
});
