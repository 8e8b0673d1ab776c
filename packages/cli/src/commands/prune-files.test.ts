import type { StoredArtifact } from "@sti/core";
import { expect, test } from "vitest";
import { pruneFiles } from "./prune-files.ts";

const DAY = 24 * 3_600_000;
const now = 100 * DAY;
const file = (tag: string, days: number | undefined): StoredArtifact => ({
  tag,
  digest: "sha256:1",
  size: 10,
  manifest: `sha256:${tag}`,
  added: days === undefined ? undefined : now - days * DAY,
});
const files = [
  file("new", 1),
  file("old", 3),
  file("older", 30),
  file("timeless", undefined),
  file("future", -1),
];
const { signal } = new AbortController();

/** `gone`: a file that another one removes first. */
async function prune(options: { olderThan?: number; isDry?: boolean }, gone?: string) {
  const asked: string[] = [];
  const artifacts = {
    list: async () => files,
    remove: async ({ tag }: StoredArtifact) => {
      asked.push(tag);
      return tag !== gone;
    },
  };
  return { asked, pruned: await pruneFiles(artifacts, { now, signal, isDry: false, ...options }) };
}

test.each([
  [{}, ["old", "older"]],
  [{ olderThan: 0 }, ["old", "older"]],
  [{ olderThan: 14 * DAY }, ["older"]],
])("with %j, %j are removed: a run may need files of the last two days", async (options, expected) => {
  const { asked, pruned } = await prune(options);
  expect(asked).toEqual(expected);
  const removed = expected.length;
  expect(pruned).toEqual({ removed, kept: files.length - removed, freed: 10 * removed });
});

test("only what was there is counted, and a dry run removes nothing", async () => {
  expect((await prune({}, "old")).pruned).toEqual({ removed: 1, kept: 4, freed: 10 });
  const { asked, pruned } = await prune({ isDry: true });
  expect(asked).toEqual([]);
  expect(pruned).toEqual({ removed: 2, kept: 3, freed: 20 });
});
