import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { git, makeRepository } from "../../test/git-repository.ts";
import { makeFolder, type Tree } from "../../test/temp-folder.ts";
import { isTrackedByGit } from "./tracked-by-git.ts";

const MANY: Tree = Object.fromEntries(
  Array.from({ length: 40 }, (_, index) => [`${"folder/".repeat(index % 7)}file-${index}`, ""]),
);
const isTracked = (folder: string, path = ".sti") => isTrackedByGit(join(folder, path));

test.each([
  ["2", []],
  ["4", []],
  ["with sha256", ["--object-format=sha256"]],
])("a tracked file in the folder is found in an index of version %s", async (version, flags) => {
  for (const [tree, expected] of [
    [MANY, false],
    [{ ...MANY, ".sti/logs/api.log": "" }, true],
    [{ ...MANY, "web/.sti/a": "", ".stiignore": "", ".sti": "a file" }, false],
  ] as const) {
    const folder = await makeFolder(tree);
    git(folder, "init", "-q", ...flags);
    if (version === "4") git(folder, "config", "index.version", "4");
    git(folder, "add", "-A");
    expect(isTracked(folder)).toBe(expected);
  }
});

test("sha256 and compressed names together are read, too", async () => {
  const folder = await makeFolder({ ...MANY, ".sti/a": "" });
  git(folder, "init", "-q", "--object-format=sha256");
  git(folder, "config", "index.version", "4");
  git(folder, "add", "-A");
  expect(isTracked(folder)).toBe(true);
  git(folder, "rm", "-q", "--cached", ".sti/a");
  expect(isTracked(folder)).toBe(false);
});

test("entries with more flags, and those of an index in two parts, are found", async () => {
  const { folder } = await makeRepository({ ...MANY, ".sti/a": "" });
  git(folder, "update-index", "--split-index");
  expect(isTracked(folder)).toBe(true);
  git(folder, "update-index", "--no-split-index");
  rmSync(join(folder, ".git"), { recursive: true });
  git(folder, "init", "-q");
  git(folder, "add", "--intent-to-add", ".sti/a");
  expect(isTracked(folder)).toBe(true);
});

test("the folder's place in the repository counts", async () => {
  const { folder } = await makeRepository({ "web/.sti/a": "", "api/a": "", "other/web/x": "" });
  expect(isTracked(folder, "web/.sti")).toBe(true);
  expect(isTracked(folder, "api/.sti")).toBe(false);
  expect(isTracked(folder, ".sti")).toBe(false);
  expect(isTracked(folder, "other/web/.sti")).toBe(false);
});

test("a work tree elsewhere has an index of its own", async () => {
  const { folder } = await makeRepository({ a: "" });
  const tree = join(await makeFolder(), "tree");
  git(folder, "worktree", "add", "-q", tree);
  mkdirSync(join(tree, ".sti"));
  writeFileSync(join(tree, ".sti/a"), "");
  expect(isTracked(tree)).toBe(false);
  git(tree, "add", "-A");
  expect(isTracked(tree)).toBe(true);
  expect(isTracked(folder)).toBe(false);
});

test("where there is no git, or an index that is none, nothing is tracked", async () => {
  const folder = await makeFolder({ ".sti/a": "" });
  expect(isTracked(folder)).toBe(false);
  const fakes: Tree[] = [
    { ".git/index": "" },
    { ".git/index": "DIRC" },
    { ".git/index": "DIRC\0\0\0\u0004\0\0\u00ff\u00ff.sti/" },
    { ".git/index": { link: "/dev/zero" } },
    { ".git": "gitdir: /nowhere\n" },
    { ".git": { link: "/dev/zero" } },
  ];
  for (const fake of fakes) expect(isTracked(await makeFolder(fake))).toBe(false);
  const waiting = await makeFolder({ ".git": { directory: true } });
  execFileSync("mkfifo", [join(waiting, ".git/index")]);
  expect(isTracked(waiting)).toBe(false);
});
