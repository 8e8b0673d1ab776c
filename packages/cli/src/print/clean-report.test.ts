import { checkDocument } from "@sti/testing/json-documents";
import { expect, test } from "vitest";
import { type CleanItem, printCleanReport, toCleanDocument } from "./clean-report.ts";

const NOW = Date.parse("2026-01-31T12:00:00Z");
const IMAGE: CleanItem = {
  kind: "image",
  name: "of web",
  id: `sha256:${"ab".repeat(32)}`,
  size: 3_000_000,
  lastUsed: null,
};
const CACHE: CleanItem = {
  kind: "cache",
  name: "npm",
  id: "sti-cache-npm-1001",
  size: null,
  lastUsed: "2026-01-31T09:59:00Z",
};

test("what was removed is said with id, size and last use where these are known", () => {
  const text = printCleanReport({ dryRun: false, removed: [IMAGE, CACHE], kept: [] }, NOW);
  expect(text).toBe(
    [
      "removed image of web (abababababab, 3.0 MB)",
      "removed cache npm (sti-cache-npm-1001, last used 2 hours ago)",
      "removed 2 things, 3.0 MB",
      "",
    ].join("\n"),
  );
});

test("what is removed only because it is old says so", () => {
  const removed = [{ ...IMAGE, reason: "older than a day" }];
  expect(printCleanReport({ dryRun: false, removed, kept: [] }, NOW)).toContain(
    "3.0 MB): older than a day\n",
  );
});

test("a dry run says the same of what would be removed", () => {
  const text = printCleanReport({ dryRun: true, removed: [IMAGE], kept: [] }, NOW);
  expect(text).toBe("would remove image of web (abababababab, 3.0 MB)\nwould remove 1 thing, 3.0 MB\n");
});

test("what is kept is said with the reason", () => {
  const kept = [{ ...CACHE, lastUsed: null, reason: "a build is using it" }];
  expect(printCleanReport({ dryRun: false, removed: [], kept }, NOW)).toBe(
    "kept cache npm (sti-cache-npm-1001): a build is using it\nnothing to remove\n",
  );
});

test.each([
  ["2026-01-31T11:59:30Z", "just now"],
  ["2026-01-31T11:58:00Z", "2 minutes ago"],
  ["2026-01-30T11:00:00Z", "1 day ago"],
  ["2026-01-31T12:00:30Z", "just now"],
])("a last use at %s is %s", (lastUsed, age) => {
  const text = printCleanReport({ dryRun: true, removed: [{ ...CACHE, lastUsed }], kept: [] }, NOW);
  expect(text).toContain(`last used ${age})`);
});

test("the document adds up what is freed", () => {
  const kept = [{ ...CACHE, reason: "a build is using it" }];
  const document = toCleanDocument({ dryRun: false, removed: [IMAGE, CACHE], kept });
  expect(document.freed).toBe(3_000_000);
  checkDocument("clean", document);
});
