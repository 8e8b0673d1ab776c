import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Target } from "@sti/core";
import { expect, test } from "vitest";
import { git } from "../../test/git-repository.ts";
import { appTarget, imageTarget, makeFolder } from "../../test/temp-folder.ts";
import { findChangedTargets } from "../watch/find-changed-targets.ts";
import { readAffected, readAtCommit, readChanges } from "./read-changes.ts";

const TREE = {
  "sti.config.json": "{}",
  "shared/a.ts": "a",
  "services/api/src/x.ts": "x",
  "services/api/.stiignore": "*.md\nbuild\n",
  "services/web/y.ts": "y",
  "builders/node/Dockerfile": "FROM scratch",
  "web.env": "A=1\n",
};

const TARGETS: readonly Target[] = [
  {
    ...appTarget("services/api", "api"),
    source: ["services/api", "shared"].map((path, index) => ({
      from: { kind: "path", path },
      to: index === 0 ? "" : "shared",
      path: ["apps", "api", "source", index],
    })),
  },
  appTarget("./services/web", "web"),
  imageTarget("builders/node"),
];

test("nothing concerns nobody", async () => {
  const { changed } = await repository();
  expect(await changed()).toBe("");
});

test.each([
  ["an edited file", "services/web/y.ts", "web"],
  ["a new file that git does not know yet", "services/web/new.ts", "web"],
  ["a file of a part that two may share", "shared/a.ts", "api"],
  ["an ignored file", "services/api/notes.md", ""],
  ["a file in an ignored folder", "services/api/build/out.js", ""],
  ["the ignore rules", "services/api/.stiignore", "api"],
  ["a Dockerfile", "builders/node/Dockerfile", "builder"],
  ["a file of variables", "web.env", "web"],
  ["a file beside everything", "README.md", ""],
  ["the config", "sti.config.json", ""],
])("%s concerns those that have it", async (_, file, names) => {
  const { folder, changed } = await repository();
  await mkdir(join(folder, file, ".."), { recursive: true });
  await writeFile(join(folder, file), "changed");
  expect(await changed()).toBe(names);
  commit(folder);
  expect(await changed("main", "HEAD")).toBe(names);
});

test("a deleted file concerns those that had it, a renamed one those on both sides", async () => {
  const { folder, changed } = await repository();
  await rm(join(folder, "services/web/y.ts"));
  expect(await changed()).toBe("web");
  git(folder, "checkout", "-q", "--", ".");
  await rename(join(folder, "shared/a.ts"), join(folder, "services/web/a.ts"));
  commit(folder);
  expect(await changed("main", "HEAD")).toBe("api web");
});

test("a whole folder that is gone concerns those whose source it was", async () => {
  const { folder, changed } = await repository();
  await rm(join(folder, "services/web"), { recursive: true });
  expect(await changed()).toBe("web");
});

test("what the base got since is not taken for a change of this branch", async () => {
  const { folder } = await repository();
  await writeFile(join(folder, "services/web/y.ts"), "mine");
  commit(folder);
  git(folder, "checkout", "-q", "main");
  await writeFile(join(folder, "shared/a.ts"), "theirs");
  commit(folder);
  git(folder, "checkout", "-q", "topic");
  const read = await readAffected(undefined, { directory: folder, env: {} });
  if (!read.ok) throw new Error(JSON.stringify(read.failures));
  expect(read.value.files.map((file) => relative(folder, file))).toEqual(["services/web/y.ts"]);
});

test("the target branch of a pull request is taken from CI", async () => {
  const { folder } = await repository();
  const read = await readAffected(undefined, { directory: folder, env: { GITHUB_BASE_REF: "release" } });
  expect(read).toMatchObject({
    ok: false,
    failures: [
      { code: "changes-unknown", commit: "origin/release", reason: "commit-missing", isShallow: false },
    ],
  });
});

test("a commit that a shallow clone lacks is reported as missing", async () => {
  const { folder, base } = await repository();
  await writeFile(join(folder, "services/web/y.ts"), "mine");
  commit(folder);
  const clone = await makeFolder({});
  git(clone, "clone", "-q", "--depth=1", `file://${folder}`, "clone");
  const directory = join(clone, "clone");
  expect(await readChanges({ from: base, to: undefined }, { directory })).toMatchObject({
    ok: false,
    failures: [{ code: "changes-unknown", commit: base, reason: "commit-missing", isShallow: true }],
  });
  git(directory, "fetch", "-q", "--depth=1", "origin", "main:refs/remotes/origin/main");
  expect(await readAffected("origin/main", { directory, env: {} })).toMatchObject({
    ok: false,
    failures: [{ commit: "origin/main", reason: "no-common-commit", isShallow: true }],
  });
});

test("outside of a work tree no changes can be determined", async () => {
  const directory = await makeFolder({ "a.txt": "a" });
  expect(await readChanges({ from: "main", to: undefined }, { directory })).toMatchObject({
    ok: false,
    failures: [{ code: "changes-unknown", reason: "no-repository" }],
  });
});

test("names with any character are read", async () => {
  const { folder, changed } = await repository();
  await writeFile(join(folder, 'services/web/"ü\n -x'), "");
  expect(await changed()).toBe("web");
});

test("of a workspace only the packages that an app needs concern it, and what lies in the root", async () => {
  const manifest = (name: string, dependencies = {}) => JSON.stringify({ name, dependencies });
  const folder = await makeFolder({
    "package.json": JSON.stringify({ name: "root", workspaces: ["packages/*"] }),
    "packages/api/package.json": manifest("api", { shared: "*" }),
    "packages/shared/package.json": manifest("shared"),
    "packages/other/package.json": manifest("other"),
  });
  const from = { kind: "workspace", package: "api", root: undefined } as const;
  const target = { ...appTarget("", "api"), source: [{ from, to: "", path: ["apps", "api", "source"] }] };
  const concerns = async (file: string) => {
    const options = { directory: folder, variableFiles: new Map() };
    return (await findChangedTargets([target], [join(folder, file)], options)).has("api");
  };
  expect(await concerns("packages/api/a.js")).toBe(true);
  expect(await concerns("packages/shared/a.js")).toBe(true);
  expect(await concerns("packages/other/a.js")).toBe(false);
  expect(await concerns("package-lock.json")).toBe(true);
});

test("files are read as a commit had them", async () => {
  const { folder, base } = await repository();
  await writeFile(join(folder, "web.env"), "changed");
  const files = ["web.env", "absent", "services/api/src/x.ts"].map((name) => join(folder, name));
  const read = await readAtCommit(base, files, { directory: join(folder, "services") });
  expect([...read.values()].map((content) => content?.toString())).toEqual(["A=1\n", undefined, "x"]);
});

function commit(folder: string): string {
  git(folder, "add", "-A");
  git(folder, "commit", "-q", "--allow-empty", "-m", "change");
  return git(folder, "rev-parse", "HEAD");
}

async function repository() {
  const folder = await makeFolder(TREE);
  git(folder, "init", "-q", "-b", "main");
  const base = commit(folder);
  git(folder, "checkout", "-q", "-b", "topic");
  const changed = async (from = "main", to?: string) => {
    const files = await readChanges({ from, to }, { directory: folder });
    if (!files.ok) return files.failures;
    const found = await findChangedTargets(TARGETS, files.value.files, {
      directory: folder,
      variableFiles: new Map([["web", [join(folder, "web.env")]]]),
    });
    return [...found].join(" ");
  };
  return { folder, base, changed };
}
