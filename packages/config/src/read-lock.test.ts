import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Lock, Result } from "@sti/core";
import { expect, onTestFinished, test } from "vitest";
import { lockFile, readLock, writeLock } from "./read-lock.ts";

const hash = (digit: string) => `sha256:${digit.repeat(64)}`;
const ENTRY = { id: hash("1"), platform: "linux/amd64" };

async function createFolder(text?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sti-lock-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  if (text !== undefined) await writeFile(lockFile(folder), text);
  return lockFile(folder);
}

const lockText = (images: unknown, more: object = {}) =>
  JSON.stringify({ schemaVersion: 1, ...more, images }, null, 2);
const entries = (result: Result<Lock | undefined>) =>
  [...((result.ok && result.value) || [])].map(([name, { location: _, ...entry }]) => [name, entry] as const);

test("a lock is written sorted, a field a line, and read as it was", async () => {
  const file = await createFolder();
  const lock: Lock = new Map([
    ["docker.io/library/node:24", { short: "node:24", digest: undefined, ...ENTRY }],
    ["docker.io/library/debian:12", { short: "debian:12", digest: hash("a"), ...ENTRY }],
  ]);
  expect(await writeLock(file, lock)).toBeUndefined();
  expect(await readFile(file, "utf8")).toBe(
    `${[
      "{",
      '  "schemaVersion": 1,',
      '  "images": {',
      '    "debian:12": {',
      `      "digest": "${hash("a")}",`,
      `      "id": "${hash("1")}",`,
      '      "platform": "linux/amd64"',
      "    },",
      '    "node:24": {',
      `      "id": "${hash("1")}",`,
      '      "platform": "linux/amd64"',
      "    }",
      "  }",
      "}",
    ].join("\n")}\n`,
  );
  const read = await readLock(file);
  expect(new Map(entries(read))).toEqual(lock);
  expect(read.ok && read.value?.get("docker.io/library/node:24")?.location).toEqual({
    file,
    line: 9,
    column: 5,
  });
});

test("a config without a lock file has none", async () => {
  expect(await readLock(await createFolder())).toEqual({ ok: true, value: undefined });
});

test("what is no file cannot be read or written, and nothing is left beside it", async () => {
  const folder = join(await createFolder(), "..");
  expect(await readLock(folder)).toMatchObject({ ok: false, failures: [{ code: "lock-unreadable" }] });
  const failure = await writeLock(join(folder, "absent", "sti.lock"), new Map());
  expect(failure).toMatchObject({ code: "lock-unwritable" });
  expect(await readdir(folder)).toEqual([]);
});

test("a name may be written in any of its spellings, but only once", async () => {
  const file = await createFolder(lockText({ debian: ENTRY }));
  expect(entries(await readLock(file))).toEqual([
    ["docker.io/library/debian:latest", { short: "debian:latest", digest: undefined, ...ENTRY }],
  ]);
  await writeFile(file, lockText({ debian: ENTRY, "docker.io/library/debian:latest": ENTRY }));
  const twice = await readLock(file);
  expect(twice).toMatchObject({
    failures: [{ message: "debian:latest occurs twice", location: { line: 8 } }],
  });
});

test.each([
  ["a merge conflict", '{\n<<<<<<< ours\n"schemaVersion": 1\n', "merge conflict", 2],
  ["a comma too many", '{\n  "schemaVersion": 1,\n}', "no comma after the last", 2],
  ["nothing in it", "", "the file is empty", 1],
  ["a list in it", "[]", "it is not an object", 1],
  ["no version", "{}", "its schemaVersion is missing; this sti knows 1", 1],
  ["a newer version", '{\n  "schemaVersion": 2\n}', "its schemaVersion is 2; this sti knows 1", 2],
  ["no images", lockText(undefined), '"images" is not an object', 1],
  ["another key", lockText({}, { more: 1 }), 'unknown key "more"', 3],
  ["a name that is none", lockText({ "A b": ENTRY }), '"A b" is not an image reference', 4],
  ["a name with a digest", lockText({ [`debian@${hash("a")}`]: ENTRY }), "no digest", 4],
  ["an entry that is none", lockText({ debian: hash("1") }), "an entry is an object", 4],
  ["an id that is none", lockText({ debian: { ...ENTRY, id: "sha256:1" } }), '"id" is not', 5],
  ["a digest that is none", lockText({ debian: { ...ENTRY, digest: "" } }), '"digest" is not', 7],
  ["a platform that is none", lockText({ debian: { ...ENTRY, platform: "amd64" } }), '"platform" is not', 6],
  ["another field", lockText({ debian: { ...ENTRY, tag: "12" } }), 'an entry has no "tag"', 7],
])("a file with %s is refused with its place", async (_, text, message, line) => {
  const file = await createFolder(text);
  const read = await readLock(file);
  expect(read).toMatchObject({
    ok: false,
    failures: [{ code: "lock-invalid", message: expect.stringContaining(message), location: { file, line } }],
  });
});

test("all that is wrong with a file is said at once", async () => {
  const file = await createFolder(lockText({ debian: { id: 1 }, "A b": ENTRY }));
  const read = await readLock(file);
  expect(read.ok ? [] : read.failures).toHaveLength(3);
});
