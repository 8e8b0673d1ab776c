import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkDocument } from "@sti/testing/json-documents";
import { expect, onTestFinished, test } from "vitest";
import { type SessionMetadata, writeMetadata } from "./session-metadata.ts";

const METADATA: SessionMetadata = { schemaVersion: 1, session: "s", duration: 1, targets: {} };

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sti-test-metadata-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test("the file is replaced as a whole, and nothing else is left beside it", async () => {
  const folder = await makeFolder();
  const file = join(folder, "out.json");
  await writeFile(file, "x".repeat(10_000));
  expect(await writeMetadata(file, METADATA)).toBeUndefined();
  const document: unknown = JSON.parse(await readFile(file, "utf8"));
  expect(document).toEqual(METADATA);
  checkDocument("metadata", document);
  expect(await readdir(folder)).toEqual(["out.json"]);
});

test("a file that cannot be written is a failure", async () => {
  const file = join(await makeFolder(), "absent", "out.json");
  expect(await writeMetadata(file, METADATA)).toMatchObject({ code: "report-unwritable", file });
});
