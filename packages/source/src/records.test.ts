import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ImageFacts } from "@sti/core";
import { expect, test } from "vitest";
import { appTarget, makeFolder, unwrap } from "../test/temp-folder.ts";
import { readSources } from "./read-sources.ts";
import { createRecords } from "./records.ts";

const RECORD = { schemaVersion: 1, target: "web", images: ["sha256:a"], files: { "a.txt": "d1" } } as const;

test("a record is read back as it was written, by another process too", async () => {
  const folder = await makeFolder({});
  await createRecords(folder).write(RECORD);
  expect(await createRecords(folder).read("web")).toEqual(RECORD);
});

test("a missing, cut or foreign record is none", async () => {
  const folder = await makeFolder({});
  const records = createRecords(folder);
  expect(await records.read("web")).toBeUndefined();
  await records.write(RECORD);
  const file = join(folder, ".sti/records/web.json");
  for (const text of [
    "",
    '{"schemaVersion":1,"tar',
    '{"schemaVersion":2}',
    JSON.stringify({ ...RECORD, target: "api" }),
  ]) {
    await writeFile(file, text);
    expect(await records.read("web")).toBeUndefined();
  }
});

test("an image that was looked into is remembered by its id and its scripts' folder", async () => {
  const records = createRecords(await makeFolder({}));
  const facts = { details: { id: "sha256:a" }, shell: true } as ImageFacts;
  await records.writeImage(facts, "/usr/bin");
  expect(await records.readImage("sha256:a", "/usr/bin")).toEqual(facts);
  expect(await records.readImage("sha256:a", "/opt")).toBeUndefined();
  expect(await records.readImage("sha256:b", "/usr/bin")).toBeUndefined();
});

test("a hundred images are remembered and no more", async () => {
  const folder = await makeFolder({});
  const records = createRecords(folder);
  for (let index = 0; index < 103; index += 1) {
    await records.writeImage({ details: { id: `sha256:${index}` } } as ImageFacts, "/usr/bin");
  }
  expect(await readdir(join(folder, ".sti/images"))).toHaveLength(100);
});

test("records are no part of any source", async () => {
  const folder = await makeFolder({ "a.txt": "a" });
  await createRecords(folder).write(RECORD);
  const snapshots = unwrap(await readSources([appTarget(folder)], { directory: folder }));
  expect([...snapshots.values()][0]?.entries.map((entry) => entry.path)).toEqual(["a.txt"]);
});
