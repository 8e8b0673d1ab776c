import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLocate } from "./locate.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "sti-locate-")));
const at = (name: string) => join(folder, name);
const server = createServer();

beforeAll(async () => {
  mkdirSync(at("apps/web"), { recursive: true });
  writeFileSync(at("apps/one.zip"), "");
  symlinkSync("apps", at("linked"));
  symlinkSync("web", at("apps/alias"));
  symlinkSync("../nowhere", at("apps/dangling"));
  symlinkSync("loop", at("apps/loop"));
  await new Promise<void>((resolve) => server.listen(at("apps/socket"), resolve));
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

test.each([
  ["apps/web", { path: "apps/web", isFolder: true }],
  ["apps/one.zip", { path: "apps/one.zip", isFolder: false }],
  ["apps/alias", { path: "apps/web", isFolder: true }],
  ["linked/web", { path: "apps/web", isFolder: true }],
  ["linked/alias", { path: "apps/web", isFolder: true }],
  ["linked", { path: "apps", isFolder: true }],
  [".", { path: ".", isFolder: true }],
])("%s is where its links lead", (name, { isFolder, path }) => {
  const locate = createLocate();
  for (let look = 0; look < 2; look += 1) expect(locate(at(name))).toEqual({ path: at(path), isFolder });
});

test.each([
  ["apps/missing", "source-missing"],
  ["missing/web", "source-missing"],
  ["apps/one.zip/web", "source-missing"],
  ["apps/dangling", "source-missing"],
  ["apps/loop", "source-unreadable"],
  ["apps/socket", "source-special-file"],
])("%s is a problem: %s", (name, code) => {
  expect(createLocate()(at(name))).toMatchObject({ problem: { code } });
});

test("the root of the file system is a folder", () => {
  expect(createLocate()("/")).toEqual({ path: "/", isFolder: true });
});
