import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { publicAddress, readCheckouts } from "./read-checkout.ts";
import { readHead } from "./read-head.ts";

/** A work tree with the committed files api/a and web/w. */
async function makeWorkTree() {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "sti-test-checkout-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t.test", ...args], { cwd: folder })
      .toString()
      .trim();
  const write = async (path: string, text: string) => {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  git("init", "-q");
  git("remote", "add", "origin", "https://me:s3cret@git.test/acme/shop.git");
  await write("api/a", "1");
  await write("web/w", "1");
  git("add", ".");
  git("commit", "-qm", "one");
  const read = async (...names: string[]) => {
    const found = await readCheckouts(
      folder,
      names.map((name) => join(folder, name)),
    );
    return Object.fromEntries(
      [...found].map(([path, checkout]) => [path.slice(folder.length + 1), checkout]),
    );
  };
  return { folder, git, read, write };
}

test("a folder as it was committed has its commit and the repository's address without credentials", async () => {
  const { git, read } = await makeWorkTree();
  const checkout = { commit: git("rev-parse", "HEAD"), url: "https://git.test/acme/shop.git" };
  expect(await read("api", "web", "web/w")).toEqual({ api: checkout, web: checkout, "web/w": checkout });
});

test.each([
  ["a changed file", "api/a", "2"],
  ["a new file", "api/b", "1"],
  ["a new folder", "api/new/deep/b", "1"],
])("%s leaves its folder without a commit, and no other", async (_name, path, text) => {
  const { read, write } = await makeWorkTree();
  await write(path, text);
  expect(Object.keys(await read("api", "web"))).toEqual(["web"]);
});

test("a removed file and a staged change count as changes", async () => {
  const { folder, git, read, write } = await makeWorkTree();
  await rm(join(folder, "web/w"));
  await write("api/a", "2");
  git("add", "api");
  expect(await read("api", "web")).toEqual({});
});

test("a folder that git does not track has no commit", async () => {
  const { read, write } = await makeWorkTree();
  await write(".gitignore", "/out\n");
  await write("out/x", "1");
  expect(await read("out")).toEqual({});
});

test("outside of a work tree, and before the first commit, nothing is known", async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "sti-test-checkout-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  expect((await readCheckouts(folder, [folder])).size).toBe(0);
  execFileSync("git", ["init", "-q"], { cwd: folder });
  expect((await readCheckouts(folder, [folder])).size).toBe(0);
});

test.each([
  ["https://token@git.test/a/b.git", "https://git.test/a/b.git"],
  ["https://git.test/a/b?token=x#y", "https://git.test/a/b"],
  ["ssh://git:pw@git.test/a/b.git", "ssh://git@git.test/a/b.git"],
  ["git@git.test:a/b.git", "git@git.test:a/b.git"],
  ["/srv/git/b.git", undefined],
  ["file:///srv/git/b.git", undefined],
  ["../b.git", undefined],
  ["C:\\git\\b", undefined],
  ["", undefined],
])("the address %s is reported as %s", (origin, reported) => {
  expect(publicAddress(origin)).toBe(reported);
});

test("the commit that is checked out is that of a folder inside, too, and none outside of a repository", async () => {
  const { folder, git } = await makeWorkTree();
  expect(await readHead(join(folder, "api"))).toBe(git("rev-parse", "HEAD"));
  expect(await readHead(tmpdir())).toBeUndefined();
});
