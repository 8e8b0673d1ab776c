import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { draftOf, removeAbandonedDrafts, replaceFile } from "./drafts.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sti-drafts-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** As a process that has ended would have left it. */
function draftOfDeadProcess(path: string): string {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  return draftOf(path).replace(`-${process.pid}-`, `-${pid}-`);
}

test("of a killed process, files and folders are removed; of living ones and other places, none", () => {
  const file = join(folder, "a.json");
  const kept = [draftOf(file), draftOfDeadProcess(file).replace(/\.[0-9a-f]{12}-/, ".0123456789ab-")];
  for (const path of [...kept, draftOfDeadProcess(file)]) writeFileSync(path, "");
  mkdirSync(join(draftOfDeadProcess(join(folder, "b")), "refs"), { recursive: true });
  for (const name of ["a.json", "other.new", "a.json.1234.new"]) writeFileSync(join(folder, name), "");
  removeAbandonedDrafts(folder);
  const others = ["a.json", "a.json.1234.new", "other.new"];
  expect(readdirSync(folder).sort()).toEqual([...kept.map((path) => basename(path)), ...others].sort());
});

test("a draft of another machine is removed after a day without a change", () => {
  const path = draftOf(join(folder, "a")).replace(/\.[0-9a-f]{12}-/, ".0123456789ab-");
  writeFileSync(path, "");
  const yesterday = Date.now() / 1000 - 25 * 3600;
  utimesSync(path, yesterday, yesterday);
  removeAbandonedDrafts(folder);
  expect(readdirSync(folder)).toEqual([]);
});

test("a folder that is not there has none", () => {
  removeAbandonedDrafts(join(folder, "absent"));
  expect(readdirSync(folder)).toEqual([]);
});

test("a file is replaced whole, and only its own drafts go", async () => {
  const file = join(folder, "sti.lock");
  const other = draftOfDeadProcess(join(folder, "other"));
  writeFileSync(draftOfDeadProcess(file), "half");
  writeFileSync(other, "half");
  await replaceFile(file, "one");
  await replaceFile(file, "two");
  expect(readFileSync(file, "utf8")).toBe("two");
  expect(readdirSync(folder).sort()).toEqual([basename(other), "sti.lock"].sort());
});

test("what cannot be replaced is left as it was, without a draft", async () => {
  mkdirSync(join(folder, "taken", "inside"), { recursive: true });
  await expect(replaceFile(join(folder, "taken"), "text")).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
  expect(readdirSync(folder)).toEqual(["taken"]);
});
