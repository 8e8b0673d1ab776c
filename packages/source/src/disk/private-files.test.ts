import { spawnSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { draftOf } from "@sti/files";
import { expect, test } from "vitest";
import { makeFolder } from "../../test/temp-folder.ts";
import { createPrivateFiles } from "./private-files.ts";
import { privateFolder } from "./private-folder.ts";

async function makeFiles() {
  const cache = join(await makeFolder(), "cache");
  const folder = privateFolder(cache).folder("projects").folder("web");
  return { cache, folder, files: createPrivateFiles(folder, 1000) };
}

test("a file is read back as it was written, and nobody else can read it", async () => {
  const { cache, files, folder } = await makeFiles();
  expect(files.read("a.json")).toBeUndefined();
  expect(files.list()).toEqual([]);
  await files.write("a.json", "one");
  await files.write("a.json", "two");
  expect(files.read("a.json")).toBe("two");
  expect(files.list()).toEqual(["a.json"]);
  expect(lstatSync(join(folder.path, "a.json")).mode & 0o777).toBe(0o600);
  for (const path of [cache, join(cache, "projects"), folder.path])
    expect(lstatSync(path).mode & 0o777).toBe(0o700);
});

test("of links, pipes, folders and files that are too large nothing is read", async () => {
  const { files, folder } = await makeFiles();
  await files.write("a.json", "text");
  symlinkSync("a.json", join(folder.path, "link.json"));
  mkdirSync(join(folder.path, "folder.json"));
  writeFileSync(join(folder.path, "large.json"), "x".repeat(1001));
  for (const name of ["link.json", "folder.json", "large.json"]) expect(files.read(name)).toBeUndefined();
});

test("writing replaces a link or another name of a file, and writes through neither", async () => {
  const { cache, files, folder } = await makeFiles();
  await files.write("a.json", "first");
  const outside = join(cache, "..", "outside");
  writeFileSync(outside, "untouched");
  symlinkSync(outside, join(folder.path, "link.json"));
  linkSync(outside, join(folder.path, "hard.json"));
  for (const name of ["link.json", "hard.json"]) {
    await files.write(name, "new");
    expect(files.read(name)).toBe("new");
  }
  expect(readFileSync(outside, "utf8")).toBe("untouched");
});

test.each(["", ".", "..", "../up", "a/b", "a\0b", ".hidden", "x".repeat(300)])(
  "%j is no name of a file",
  async (name) => {
    const { files } = await makeFiles();
    await files.write("a", "a");
    expect(files.read(name)).toBeUndefined();
    await expect(files.write(name, "text")).rejects.toThrow("cannot be the name");
  },
);

const LEVELS = ["cache", "cache/projects", "cache/projects/web"];

test.each(LEVELS)("with a link in the place of %s nothing is read, written or removed", async (level) => {
  const root = await makeFolder();
  const elsewhere = join(root, "elsewhere");
  const inside = join(
    elsewhere,
    ...LEVELS.slice(LEVELS.indexOf(level) + 1).map((one) => one.split("/").at(-1) ?? ""),
  );
  mkdirSync(inside, { recursive: true });
  writeFileSync(join(inside, "a.json"), "planted");
  mkdirSync(join(root, level, ".."), { recursive: true });
  symlinkSync(elsewhere, join(root, level));
  const folder = privateFolder(join(root, "cache")).folder("projects").folder("web");
  const files = createPrivateFiles(folder, 1000);
  expect(files.read("a.json")).toBeUndefined();
  expect(files.list()).toEqual([]);
  await expect(files.write("b.json", "new")).rejects.toThrow(
    `${join(root, level)} is a symbolic link; remove it`,
  );
  await files.remove(["a.json"]);
  expect(readdirSync(inside)).toEqual(["a.json"]);
});

test("a folder that others can write to is not read before it is closed to them", async () => {
  const { files, folder } = await makeFiles();
  await files.write("a.json", "text");
  chmodSync(folder.path, 0o777);
  expect(files.read("a.json")).toBeUndefined();
  await files.write("b.json", "text");
  expect(files.read("a.json")).toBe("text");
});

test("the files that were written last are kept", async () => {
  const { files, folder } = await makeFiles();
  for (const [index, name] of ["c", "a", "b"].entries()) {
    await files.write(name, name);
    utimesSync(join(folder.path, name), index, index);
  }
  await files.keepNewest(2);
  expect([...files.list()].sort()).toEqual(["a", "b"]);
  expect(files.olderThan(["a", "b", "gone"], Date.now() - 1500)).toEqual(["a"]);
});

test("a file whose text cannot be made is left as it was", async () => {
  const { files } = await makeFiles();
  await files.write("a", "before");
  const fail = () => {
    throw new Error("no text");
  };
  await expect(files.write("a", fail)).rejects.toThrow("no text");
  expect(files.list()).toEqual(["a"]);
  expect(files.read("a")).toBe("before");
});

test.each(["read", "write", "list"] as const)(
  "a %s removes what a killed process has written half",
  async (use) => {
    const { files, folder } = await makeFiles();
    await files.write("a", "whole");
    const { pid } = spawnSync(process.execPath, ["--version"]);
    writeFileSync(draftOf(join(folder.path, "a")).replace(`-${process.pid}-`, `-${pid}-`), "half");
    const next = createPrivateFiles(folder, 1000);
    await { read: () => next.read("a"), write: () => next.write("a", "whole"), list: () => next.list() }[
      use
    ]();
    expect(readdirSync(folder.path)).toEqual(["a"]);
  },
);
