import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { privateFolder } from "../disk/private-folder.ts";
import { createLedgerFiles } from "./ledger-files.ts";

const ONE = "sti-build-host-boot-1-1-abc";
const TWO = "sti-build-host-boot-2-1-abc";
const BUILD = { kind: "build", key: "0123", target: "web" } as const;
const NAMED = {
  kind: "named",
  name: "r/s:sti-1",
  pushed: { id: "sha256:new", spared: ["r/s@sha256:1"] },
} as const;
const REPLACED = { kind: "replaced", id: "sha256:old", target: "web" } as const;

function makeLedger() {
  const root = mkdtempSync(join(tmpdir(), "sti-ledger-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const place = privateFolder(join(root, "engines")).folder("one");
  return { folder: place.path, files: createLedgerFiles(place) };
}

test("entries are read in the order in which they were written, by session", async () => {
  const { files } = makeLedger();
  await files.append(ONE, BUILD);
  await files.append(ONE, REPLACED);
  await files.append(ONE, NAMED);
  await files.append(TWO, BUILD);
  expect(await files.read(ONE)).toEqual([BUILD, REPLACED, NAMED]);
  expect((await files.list()).map(({ id }) => id).sort()).toEqual([ONE, TWO]);
  expect((await files.list()).every(({ age }) => age < 60)).toBe(true);
});

test("a ledger that is only read makes no folder", async () => {
  const { files, folder } = makeLedger();
  expect(await files.list()).toEqual([]);
  expect(await files.read(ONE)).toEqual([]);
  await files.write(ONE, []);
  expect(existsSync(folder)).toBe(false);
});

test("the folder is the user's alone, and nothing stays of a session without entries", async () => {
  const { files, folder } = makeLedger();
  await files.append(ONE, BUILD);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  await files.write(ONE, [REPLACED]);
  expect(await files.read(ONE)).toEqual([REPLACED]);
  expect(readdirSync(folder)).toHaveLength(1);
  await files.write(ONE, []);
  expect(readdirSync(folder)).toEqual([]);
});

test("a folder that others can write to decides nothing", async () => {
  const { files, folder } = makeLedger();
  await files.append(ONE, BUILD);
  chmodSync(folder, 0o777);
  expect(await files.list()).toEqual([]);
});

test("a cut line, and what is no entry, is left out", async () => {
  const { files, folder } = makeLedger();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lines = [JSON.stringify(BUILD), "[]", '{"kind":"replaced","id":7,"target":"web"}', '{"kind":"bui'];
  writeFileSync(join(folder, `${ONE}.jsonl`), lines.join("\n"));
  writeFileSync(join(folder, "notes.jsonl"), JSON.stringify(BUILD));
  expect((await files.list()).map(({ id }) => id)).toEqual([ONE]);
  expect(await files.read(ONE)).toEqual([BUILD]);
});

test("no session leads out of the folder", async () => {
  const { files } = makeLedger();
  await expect(files.append("../escape", BUILD)).rejects.toThrow("no session");
});

test("images of others are kept beside the sessions, and are none", async () => {
  const { files, folder } = makeLedger();
  expect(await files.readForeign()).toEqual(new Set());
  await files.writeForeign(new Set(["sha256:a", "sha256:b"]));
  expect(await files.readForeign()).toEqual(new Set(["sha256:a", "sha256:b"]));
  expect(await files.list()).toEqual([]);
  chmodSync(folder, 0o777);
  expect(await files.readForeign()).toEqual(new Set());
});
