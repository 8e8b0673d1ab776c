import { expect, test } from "vitest";
import type { ArchiveEntry } from "./archive-entry.ts";
import { checkEntries } from "./check-entries.ts";

async function* folders(count: number): AsyncGenerator<ArchiveEntry> {
  for (let index = 0; index < count; index += 1) yield { kind: "directory", path: `d${index}/` };
}

async function countChecked(entries: AsyncIterable<ArchiveEntry>): Promise<number> {
  let count = 0;
  for await (const _ of checkEntries(entries)) count += 1;
  return count;
}

test("more entries than any source has are refused", async () => {
  expect(await countChecked(folders(200_000))).toBe(200_000);
  await expect(countChecked(folders(200_001))).rejects.toThrow("has more than 200000 entries");
});
