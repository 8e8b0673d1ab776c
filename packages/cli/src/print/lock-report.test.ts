import type { LockChange } from "@sti/core";
import { checkDocument } from "@sti/testing/json-documents";
import { expect, test } from "vitest";
import { isOutOfDate, printLockReport, toLockDocument } from "./lock-report.ts";

const hash = (digit: string) => `sha256:${digit.repeat(64)}`;
const ENTRY = { digest: hash("a"), id: hash("1"), platform: "linux/amd64" };
const change = (image: string, more: Partial<LockChange>): LockChange => ({
  reference: `docker.io/${image}`,
  image,
  kind: "unchanged",
  before: ENTRY,
  after: ENTRY,
  ...more,
});
const CHANGES: readonly LockChange[] = [
  change("a:1", { kind: "added", before: undefined }),
  change("local:1", { after: { ...ENTRY, digest: undefined } }),
  change("long-name:1", { kind: "moved", after: { ...ENTRY, digest: hash("b") } }),
  change("old:1", { kind: "removed", after: undefined }),
  change("other:1", { kind: "drifted", present: { digest: undefined, id: hash("2") } }),
];

test("what was changed is a line for each image, and the counts", () => {
  const report = { file: "sti.lock", check: false, isMissing: false, changes: CHANGES };
  expect(printLockReport(report).split("\n")).toEqual([
    "+ a:1          added aaaaaaaaaaaa linux/amd64",
    "= local:1      unchanged 111111111111 linux/amd64 (by its id only)",
    "→ long-name:1  moved aaaaaaaaaaaa → bbbbbbbbbbbb",
    "- old:1        removed: nothing uses it",
    "! other:1      locked 111111111111, but the engine has 222222222222",
    "",
    "sti.lock: 1 added · 1 moved · 1 removed · 1 different in the engine · 1 unchanged",
    "",
  ]);
});

test("an image that was locked by its id, and came to a registry since, is the same", () => {
  const changes = [change("a:1", { kind: "moved", before: { ...ENTRY, digest: undefined } })];
  const report = { file: "sti.lock", check: false, isMissing: false, changes };
  expect(printLockReport(report).split("\n")[0]).toBe("→ a:1  is now aaaaaaaaaaaa linux/amd64");
});

test("a check says what would have to change", () => {
  const changes = [change("a:1", { kind: "added", before: undefined, after: undefined })];
  const report = { file: "sti.lock", check: true, isMissing: false, changes };
  expect(printLockReport(report)).toBe("+ a:1  is not locked\n\nsti.lock: 1 not locked\n");
  expect(isOutOfDate(report)).toBe(true);
  expect(isOutOfDate({ ...report, changes: [change("a:1", {})] })).toBe(false);
  expect(isOutOfDate({ ...report, isMissing: true, changes: [] })).toBe(true);
});

test("programs get each image with what it was and what it is", () => {
  const report = { file: "sti.lock", check: false, isMissing: false, changes: CHANGES.slice(3) };
  expect(toLockDocument(report)).toEqual({
    schemaVersion: 1,
    file: "sti.lock",
    check: false,
    upToDate: false,
    images: [
      { image: "old:1", change: "removed", before: ENTRY, after: null },
      {
        image: "other:1",
        change: "drifted",
        before: ENTRY,
        after: ENTRY,
        present: { digest: undefined, id: hash("2") },
      },
    ],
  });
  checkDocument("lock", toLockDocument({ ...report, changes: CHANGES }));
});
