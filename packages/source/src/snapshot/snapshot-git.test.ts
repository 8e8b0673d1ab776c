import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SourceSnapshot } from "@sti/core";
import { expect, test } from "vitest";
import {
  commitAll,
  failureOf,
  git,
  gitTarget,
  makeRepository,
  placeIn,
  readGit,
} from "../../test/git-repository.ts";
import { fillFolder, makeFolder, pathsOf, readFolder, type Tree, unwrap } from "../../test/temp-folder.ts";
import { pack } from "../send/pack.ts";
import { readSources } from "./read-sources.ts";

const TREE: Tree = {
  ".stiignore": "*.log\n",
  "a.log": "ignored",
  "bin/start": { executable: "#!/bin/sh\n" },
  "docs/ünï.md": "text\n",
  link: { link: "docs" },
};

async function bytesOf(snapshot: SourceSnapshot): Promise<string> {
  const chunks: Uint8Array[] = [];
  const part = { kind: "source", snapshot, path: "", owner: { uid: 0, gid: 0 } } as const;
  for await (const chunk of pack([part], { time: 0 })) chunks.push(chunk);
  return Buffer.concat(chunks).toString("latin1");
}

test("a commit has the digest of the folder it was made from, and its bytes are sent", async () => {
  const { folder, commit } = await makeRepository(TREE);
  const snapshot = await readGit(gitTarget(folder));
  const asFolder = await readFolder(folder);
  expect(pathsOf(snapshot)).toEqual(pathsOf(asFolder));
  expect(snapshot.digest).toBe(asFolder.digest);
  expect(snapshot.revision).toEqual({ url: undefined, commit, commitTime: 1_700_000_000 });
  expect(await bytesOf(snapshot)).toBe(await bytesOf(asFolder));
});

test("what is committed is read, and not what lies in the working folder", async () => {
  const { folder } = await makeRepository({ a: "committed" });
  await fillFolder(folder, { a: "edited", b: "new" });
  expect(pathsOf(await readGit(gitTarget(folder)))).toEqual(["a"]);
  expect(await bytesOf(await readGit(gitTarget(folder)))).toContain("committed");
});

test("a ref is a branch, a tag or the id of a commit; a branch stays where it was for a session", async () => {
  const { folder, commit: first } = await makeRepository({ a: "1" });
  git(folder, "tag", "-a", "v1", "-m", "one");
  await fillFolder(folder, { b: "2" });
  const second = commitAll(folder);
  const commitOf = async (ref?: string) => (await readGit(gitTarget(folder, { ref }))).revision?.commit;
  expect(await commitOf()).toBe(second);
  expect(await commitOf("main")).toBe(second);
  expect(await commitOf("v1")).toBe(first);
  expect(await commitOf("refs/tags/v1")).toBe(first);
  expect(await commitOf(first)).toBe(first);

  const reading = { ...placeIn(await makeFolder()), fetched: new Map() };
  const target = gitTarget(folder, { ref: "main" });
  await readSources([target], reading);
  await fillFolder(folder, { c: "3" });
  commitAll(folder);
  const again = unwrap(await readSources([target], reading)).get("web");
  expect(again?.revision?.commit).toBe(second);
});

test("a folder of a repository is the source; one that is not there is missing", async () => {
  const { folder } = await makeRepository({ "services/api/main.js": "x", other: "y" });
  expect(pathsOf(await readGit(gitTarget(folder, { dir: "services/api" })))).toEqual(["main.js"]);
  expect(await failureOf(gitTarget(folder, { dir: "services/web" }))).toMatchObject({
    code: "source-missing",
  });
});

test("a commit is fetched once and kept in a folder of the user's alone", async () => {
  const { folder, commit } = await makeRepository({ a: "1" });
  const directory = await makeFolder();
  await readGit(gitTarget(folder), directory);
  const kept = await readdir(join(directory, "cache/git"));
  expect(kept).toEqual([expect.stringContaining(commit)]);
  expect((await stat(join(directory, "cache/git"))).mode & 0o777).toBe(0o700);
  git(folder, "update-ref", "-d", "refs/heads/main");
  expect((await readGit(gitTarget(folder, { ref: commit }), directory)).revision?.commit).toBe(commit);
  expect(await readdir(join(directory, "cache/git"))).toEqual(kept);
});

test("a kept commit whose content is not that of its id is fetched again", async () => {
  const { folder, commit } = await makeRepository({ a: "1" });
  const directory = await makeFolder();
  await readGit(gitTarget(folder), directory);
  const [name = ""] = await readdir(join(directory, "cache/git"));
  const kept = join(directory, "cache/git", name);
  await rm(join(kept, "objects"), { recursive: true });
  await mkdir(join(kept, "objects"));
  expect((await readGit(gitTarget(folder, { ref: commit }), directory)).revision?.commit).toBe(commit);
});

test("submodules are empty folders, or read at their commits where that is asked for", async () => {
  const inner = await makeRepository({ "lib.js": "inner" });
  const outer = await makeRepository({ main: "outer" });
  git(outer.folder, "submodule", "--quiet", "add", `file://${inner.folder}`, "vendor/lib");
  commitAll(outer.folder);
  const url = `file://${outer.folder}`;
  expect(pathsOf(await readGit(gitTarget(url)))).toEqual([".gitmodules", "main", "vendor", "vendor/lib"]);
  const whole = await readGit(gitTarget(url, { submodules: true }));
  expect(pathsOf(whole)).toContain("vendor/lib/lib.js");
  expect(await bytesOf(whole)).toContain("inner");
});

test("a submodule's address is held to the same rules", async () => {
  const inner = await makeRepository({ a: "1" });
  const outer = await makeRepository({ main: "outer" });
  git(outer.folder, "submodule", "--quiet", "add", `file://${inner.folder}`, "lib");
  for (const [address, message] of [
    ["ext::sh -c touch% /tmp/sti-was-here", "must not contain spaces"],
    ["ext::touch", "names a remote helper"],
    ["/etc", "set allowLocalGit"],
  ]) {
    git(outer.folder, "config", "-f", ".gitmodules", "submodule.lib.url", address as string);
    commitAll(outer.folder);
    expect(await failureOf(gitTarget(outer.folder, { submodules: true }))).toMatchObject({
      code: "git-failed",
      operation: "read the submodules",
      message: expect.stringContaining(message as string),
    });
  }
});

test("a submodule's address that is an option is refused by git itself, before it is here", async () => {
  const { folder } = await makeRepository({
    ".gitmodules": '[submodule "a"]\n\tpath = a\n\turl = -uevil\n',
    a: "1",
  });
  expect(await failureOf(gitTarget(folder))).toMatchObject({
    code: "git-failed",
    message: expect.stringContaining("disallowed submodule url"),
  });
});

test("hooks, filters, attributes and the user's config have no effect", async () => {
  const { folder } = await makeRepository({
    ".gitattributes": "a export-ignore\nb filter=evil\nc text eol=crlf\nd export-subst\n",
    a: "a",
    b: "b",
    c: "one\ntwo\n",
    d: "$Format:%H$",
  });
  const witness = join(await makeFolder(), "witness");
  const script = `#!/bin/sh\ntouch ${witness}\n`;
  for (const hook of ["post-checkout", "pre-commit", "post-merge", "reference-transaction"]) {
    await writeFile(join(folder, ".git/hooks", hook), script);
    await chmod(join(folder, ".git/hooks", hook), 0o755);
  }
  git(folder, "config", "filter.evil.smudge", `touch ${witness}`);
  git(folder, "config", "uploadpack.packObjectsHook", `touch ${witness}`);
  const sent = await bytesOf(await readGit(gitTarget(folder)));
  expect(sent).toContain("$Format:%H$");
  expect(sent).toContain("one\ntwo\n");
  expect(existsSync(witness)).toBe(false);
});

test("failures distinguish a missing ref, commit and repository", async () => {
  const { folder } = await makeRepository({ a: "1" });
  expect(await failureOf(gitTarget(folder, { ref: "v9" }))).toMatchObject({
    code: "git-ref-unknown",
    ref: "v9",
  });
  const none = "0123456789".repeat(4);
  expect(await failureOf(gitTarget(folder, { ref: none }))).toMatchObject({
    code: "git-ref-unknown",
    ref: none,
  });
  expect(await failureOf(gitTarget("./nowhere"))).toMatchObject({
    code: "git-failed",
    operation: "fetch HEAD",
    message: expect.stringContaining("nowhere"),
  });
});

test("a local repository is not read where that was not allowed", async () => {
  const { folder } = await makeRepository({ a: "1" });
  expect(await failureOf(gitTarget(`file://${folder}`, { local: false }))).toMatchObject({
    code: "git-failed",
    message: expect.stringContaining("transport 'file' not allowed"),
  });
});

test("a submodule's path cannot be used to lead out of the source", async () => {
  const { folder } = await makeRepository({ a: "1" });
  const object = git(folder, "hash-object", "-w", "a");
  const tree = execFileSync("git", ["-C", folder, "mktree"], {
    input: `100644 blob ${object}\t..\n`,
    encoding: "utf8",
  }).trim();
  const commit = git(folder, "commit-tree", "-m", "evil", tree);
  git(folder, "update-ref", "refs/heads/main", commit);
  // Found by git when it is fetched, or else by us.
  expect((await failureOf(gitTarget(folder)))?.code).toMatch(/^(?:git-failed|archive-invalid)$/);
});

test("an address that asks for a password fails at once instead of waiting", async () => {
  const failure = await failureOf(gitTarget("ssh://git@127.0.0.1:1/none.git", { local: false }));
  expect(failure).toMatchObject({ code: "git-failed" });
});
