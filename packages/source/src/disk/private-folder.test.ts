import { chmodSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../../test/temp-folder.ts";
import { isPrivateFolder, makePrivateFolder } from "./private-folder.ts";

test("a private folder is made for its user alone", async () => {
  const path = join(await makeFolder({}), "cache/sti");
  expect(isPrivateFolder(path)).toBe(false);
  makePrivateFolder(path);
  makePrivateFolder(path);
  expect(lstatSync(path).mode & 0o777).toBe(0o700);
  expect(isPrivateFolder(path)).toBe(true);
});

test("a folder of the same user that others can write to is closed to them", async () => {
  const path = join(await makeFolder({}), "open");
  mkdirSync(path);
  chmodSync(path, 0o777);
  expect(isPrivateFolder(path)).toBe(false);
  makePrivateFolder(path);
  expect(lstatSync(path).mode & 0o777).toBe(0o700);
});

test("a link, and anything but a folder, is refused with its name", async () => {
  const folder = await makeFolder({});
  mkdirSync(join(folder, "target"));
  symlinkSync("target", join(folder, "link"));
  writeFileSync(join(folder, "file"), "");
  for (const [name, why] of [
    ["link", "is a symbolic link"],
    ["file", "is not a folder"],
  ] as const) {
    const path = join(folder, name);
    expect(() => makePrivateFolder(path)).toThrow(`${path} ${why}`);
    expect(isPrivateFolder(path)).toBe(false);
  }
});
