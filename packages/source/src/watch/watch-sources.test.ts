import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { appendFile, chmod, rename, rm, symlink, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { AppTarget, SourceFrom } from "@sti/core";
import { expect, onTestFinished, test } from "vitest";
import { commitAll, git, makeRepository } from "../../test/git-repository.ts";
import { appTarget, fillFolder, imageTarget, makeFolder } from "../../test/temp-folder.ts";
import { startWatching } from "../../test/watch-log.ts";

test("a change is reported for each target whose source contains it, and for no other", async () => {
  const folder = await makeFolder({ "shared/a": "1", "api/b": "1" });
  const log = await startWatching(folder, [
    appTarget("shared", "one"),
    appTarget(".", "all"),
    appTarget("api"),
  ]);
  await writeFile(join(folder, "shared/a"), "2");
  await log.untilPath("one", "shared/a");
  expect(log.changes).toEqual([
    {
      kind: "sources",
      changes: new Map([
        ["one", ["shared/a"]],
        ["all", ["shared/a"]],
      ]),
    },
  ]);
});

test("new files in new folders, deletions, x-bits, new times and links that lead elsewhere are reported", async () => {
  const folder = await makeFolder({
    "web/a": "1",
    "web/run": "1",
    "web/old": "1",
    "web/link": { link: "a" },
  });
  const log = await startWatching(folder, [appTarget("web")]);
  await fillFolder(folder, { "web/new/deep/c": "1" });
  await log.untilPath("web", "web/new/deep/c");
  await chmod(join(folder, "web/run"), 0o755);
  await log.untilPath("web", "web/run");
  await utimes(join(folder, "web/a"), 1, 1);
  await log.untilPath("web", "web/a");
  await unlink(join(folder, "web/old"));
  await log.untilPath("web", "web/old");
  await unlink(join(folder, "web/link"));
  await symlink("run", join(folder, "web/link"));
  await log.untilPath("web", "web/link");
});

test("ignored files are not reported, and ignored folders are not watched", async () => {
  const folder = await makeFolder({
    "web/.stiignore": "dist\n*.log\n!keep.log",
    "web/dist/x/y": "1",
    "web/node_modules/a/b": "1",
    "web/a": "1",
  });
  const log = await startWatching(folder, [appTarget("web")]);
  for (const path of ["dist/x/y", "node_modules/a/b", "some.log"])
    await writeFile(join(folder, "web", path), "2");
  await writeFile(join(folder, "web/keep.log"), "2");
  await log.untilPath("web", "web/keep.log");
  expect([...log.pathsOf("web")]).toEqual(["web/keep.log"]);
});

test("changed ignore rules are reported, and change what is watched", async () => {
  const folder = await makeFolder({ "web/.stiignore": "dist", "web/dist/x": "1", "web/a": "1" });
  const log = await startWatching(folder, [appTarget("web")]);
  await writeFile(join(folder, "web/.stiignore"), "a");
  await log.untilPath("web", "web/.stiignore");
  // The new root is reported as changed once it is watched.
  await log.untilPath("web", "web");
  log.clear();
  await writeFile(join(folder, "web/a"), "2");
  await writeFile(join(folder, "web/dist/x"), "2");
  await log.untilPath("web", "web/dist/x");
  expect([...log.pathsOf("web")]).toEqual(["web/dist/x"]);
});

test("a file that is saved by renaming another over it is reported as that file", async () => {
  const folder = await makeFolder({ "web/a": "1" });
  const log = await startWatching(folder, [appTarget("web")]);
  await writeFile(join(folder, "web/.a.tmp"), "2");
  await rename(join(folder, "web/.a.tmp"), join(folder, "web/a"));
  await log.untilPath("web", "web/a");
});

test("files that editors keep beside the edited one are reported only together with another change", async () => {
  const folder = await makeFolder({ "web/a": "1" });
  const log = await startWatching(folder, [appTarget("web"), imageTarget("other")]);
  await writeFile(join(folder, "web/.a.swp"), "swap");
  await writeFile(join(folder, "web/4913"), "");
  await unlink(join(folder, "web/4913"));
  await rename(join(folder, "web/a"), join(folder, "web/a~"));
  await writeFile(join(folder, "web/a"), "2");
  await unlink(join(folder, "web/a~"));
  await log.untilPath("web", "web/a");
  const first = log.changes[0];
  expect(first?.kind === "sources" && first.changes.get("web")).toContain("web/a");
});

test("a source that is deleted, made again and renamed stays watched", async () => {
  const folder = await makeFolder({ "web/sub/a": "1" });
  const log = await startWatching(folder, [appTarget("web")]);
  await rename(join(folder, "web/sub"), join(folder, "web/sub2"));
  await log.untilPath("web", "web/sub2/a");
  await rm(join(folder, "web"), { recursive: true });
  await log.untilPath("web", "web");
  await fillFolder(folder, { "web/b": "1" });
  await log.untilPath("web", "web/b");
  log.clear();
  await writeFile(join(folder, "web/b"), "2");
  await log.untilPath("web", "web/b");
});

test("a source that is moved away and made again is watched where it is now, not where it was", async () => {
  const folder = await makeFolder({ "web/a": "1" });
  const log = await startWatching(folder, [appTarget("web")], { idleCheck: 100_000 });
  await rename(join(folder, "web"), join(folder, "old"));
  await fillFolder(folder, { "web/b": "1" });
  // Reported once all is watched anew, whatever was reported of it before.
  await log.until(({ changes }) => changes.some(({ kind }) => kind === "everything"));
  log.clear();
  await writeFile(join(folder, "old/a"), "2");
  await writeFile(join(folder, "web/b"), "2");
  await log.untilPath("web", "web/b");
  expect([...log.pathsOf("web")]).toEqual(["web/b"]);
});

test("a folder far above the source that is replaced is noticed", async () => {
  const folder = await makeFolder({ "one/two/web/a": "1", config: "" });
  const log = await startWatching(folder, [appTarget("one/two/web")]);
  await rename(join(folder, "one"), join(folder, "old"));
  await fillFolder(folder, { "one/two/web/a": "2" });
  await log.until(({ changes }) => changes.some(({ kind }) => kind === "everything"));
  log.clear();
  await writeFile(join(folder, "one/two/web/a"), "3");
  await log.untilPath("web", "one/two/web/a");
});

test("a source behind a link is watched behind the link, and where it leads to later", async () => {
  const folder = await makeFolder({ "v1/a": "1", "v2/a": "1", web: { link: "v1" } });
  const log = await startWatching(folder, [appTarget("web")]);
  await writeFile(join(folder, "v1/a"), "2");
  await log.untilPath("web", "v1/a");
  await symlink("v2", join(folder, "next"));
  await rename(join(folder, "next"), join(folder, "web"));
  await log.untilPath("web", "v2");
  await writeFile(join(folder, "v2/a"), "2");
  await log.untilPath("web", "v2/a");
});

test("links inside a source are not followed, so that loops end", async () => {
  const folder = await makeFolder({
    "web/loop": { link: "." },
    "web/up": { link: "../.." },
    "web/a": "1",
    "other/b": "1",
    "web/away": { link: "../other" },
  });
  const log = await startWatching(folder, [appTarget("web")]);
  await writeFile(join(folder, "other/b"), "2");
  await writeFile(join(folder, "web/a"), "2");
  await log.untilPath("web", "web/a");
  expect([...log.pathsOf("web")]).toEqual(["web/a"]);
});

test("a source that is not there yet is reported when it appears", async () => {
  const folder = await makeFolder({ a: "1" });
  const log = await startWatching(folder, [appTarget("deep/er/web")]);
  await fillFolder(folder, { "deep/er/web/a": "1" });
  await log.untilPath("web", "deep/er/web/a");
});

test("archives and single files are watched, also when another file takes their place", async () => {
  const folder = await makeFolder({ "app.tar": "1", program: "1", other: "1" });
  const log = await startWatching(folder, [appTarget("app.tar", "archive"), appTarget("program", "file")]);
  await writeFile(join(folder, "other"), "2");
  await writeFile(join(folder, "new"), "2");
  await rename(join(folder, "new"), join(folder, "app.tar"));
  await log.untilPath("archive", "app.tar");
  await appendFile(join(folder, "program"), "2");
  await log.untilPath("file", "program");
  expect([...log.pathsOf("archive"), ...log.pathsOf("file")]).toEqual(["app.tar", "program"]);
});

test("of a source of several parts each part is watched, and commits are not", async () => {
  const { folder: repository } = await makeRepository({ a: "1" });
  const folder = await makeFolder({ "one/a": "1", "two/a": "1" });
  const from: SourceFrom[] = [
    { kind: "path", path: "one" },
    { kind: "path", path: "two" },
    { kind: "git", url: repository, ref: undefined, dir: "", submodules: false, local: true },
  ];
  const source = from.map((one, index) => ({ from: one, to: `p${index}`, path: [] }));
  const log = await startWatching(folder, [{ ...appTarget("."), source }]);
  await writeFile(join(repository, "a"), "2");
  await writeFile(join(folder, "one/a"), "2");
  await log.untilPath("web", "one/a");
  await writeFile(join(folder, "two/a"), "2");
  await log.untilPath("web", "two/a");
  expect([...log.pathsOf("web")]).toEqual(["one/a", "two/a"]);
});

test("a context is watched by its own ignore file; its Dockerfile is reported as the config's", async () => {
  const folder = await makeFolder({
    "builder/Dockerfile": "FROM x",
    "builder/Dockerfile.dockerignore": "dist",
    "builder/dist/a": "1",
    "builder/prepare": "1",
    "files/Dockerfile": "FROM x",
    "other/a": "1",
  });
  const outside = { ...imageTarget("other", { dockerfile: "../files/Dockerfile" }), name: "other" };
  const log = await startWatching(folder, [imageTarget("builder"), outside, appTarget(".", "all")]);
  await writeFile(join(folder, "builder/dist/a"), "2");
  await writeFile(join(folder, "builder/prepare"), "2");
  await log.untilPath("builder", "builder/prepare");
  expect([...log.pathsOf("builder")]).toEqual(["builder/prepare"]);
  for (const path of ["builder/Dockerfile", "files/Dockerfile"]) {
    log.clear();
    await writeFile(join(folder, path), "FROM y");
    await log.until(({ changes }) => changes.some((change) => change.kind === "config"));
    await log.untilPath("all", path);
    expect(log.changes).toContainEqual({ kind: "config", paths: [path] });
    expect(log.pathsOf("builder").size + log.pathsOf("other").size).toBe(0);
  }
});

test("files of the config are reported as such, anywhere and when they appear later", async () => {
  const folder = await makeFolder({ "sti.config.ts": "1", "web/a": "1" });
  const shared = await makeFolder({ "base.ts": "1" });
  const configFiles = [join(folder, "sti.config.ts"), join(shared, "base.ts"), join(folder, "env/.env")];
  const log = await startWatching(folder, [appTarget("web")], { configFiles });
  const paths = () =>
    new Set(log.changes.flatMap((change) => (change.kind === "config" ? change.paths : [])));
  await writeFile(join(folder, "README.md"), "no matter");
  await writeFile(join(folder, "sti.config.ts"), "2");
  await log.until(() => paths().has("sti.config.ts"));
  await writeFile(join(shared, "base.ts"), "2");
  await log.until(() => [...paths()].some((path) => path.endsWith("/base.ts")));
  await fillFolder(folder, { "env/.env": "A=1" });
  await log.until(() => paths().has("env/.env"));
  expect([...paths()]).not.toContain("README.md");
  expect(log.changes.every(({ kind }) => kind === "config")).toBe(true);
});

test("of a package of a workspace what it needs is watched, and the manifests that say what that is", async () => {
  const manifest = (name: string, needs: readonly string[] = []) =>
    JSON.stringify({ name, dependencies: Object.fromEntries(needs.map((need) => [need, "workspace:*"])) });
  const folder = await makeFolder({
    "package.json": "{}",
    "pnpm-workspace.yaml": "packages: [packages/*]",
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
    ".stiignore": "**/dist",
    "packages/api/package.json": manifest("api", ["lib"]),
    "packages/api/a": "1",
    "packages/api/dist/a": "1",
    "packages/lib/package.json": manifest("lib"),
    "packages/lib/a": "1",
    "packages/other/package.json": manifest("other"),
    "packages/other/a": "1",
  });
  const from: SourceFrom = { kind: "workspace", package: "api", root: undefined };
  const target: AppTarget = { ...appTarget("."), source: [{ from, to: "", path: [] }] };
  const log = await startWatching(folder, [target]);
  await writeFile(join(folder, "packages/other/a"), "2");
  await writeFile(join(folder, "packages/api/dist/a"), "2");
  await writeFile(join(folder, "packages/api/a"), "2");
  await log.untilPath("web", "packages/api/a");
  await writeFile(join(folder, "packages/lib/a"), "2");
  await log.untilPath("web", "packages/lib/a");
  await writeFile(join(folder, "pnpm-lock.yaml"), "lockfileVersion: '9.0'\n\n");
  await log.untilPath("web", "pnpm-lock.yaml");
  expect(log.pathsOf("web")).toEqual(new Set(["packages/api/a", "packages/lib/a", "pnpm-lock.yaml"]));
  await fillFolder(folder, { "packages/fresh/package.json": manifest("fresh"), "packages/fresh/a": "1" });
  await log.untilPath("web", "packages/fresh/package.json");
  // Watched anew, the whole workspace is reported as changed.
  await log.untilPath("web", ".");
  log.clear();
  await writeFile(join(folder, "packages/lib/package.json"), manifest("lib", ["other", "fresh"]));
  await log.untilPath("web", ".");
  await writeFile(join(folder, "packages/other/a"), "3");
  await log.untilPath("web", "packages/other/a");
});

test("a checkout of thousands of files is reported, file by file or as a change of everything", async () => {
  const tree = (text: string) =>
    Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`web/d${index % 50}/f${index}`, text]));
  const { folder } = await makeRepository({ ...tree("1"), "api/a": "1" });
  git(folder, "checkout", "-q", "-b", "other");
  await fillFolder(folder, tree("2"));
  commitAll(folder);
  const log = await startWatching(folder, [appTarget("web"), appTarget("api", "api")]);
  git(folder, "checkout", "-q", "main");
  const isReported = () =>
    log.changes.some(({ kind }) => kind === "everything") || log.pathsOf("web").size >= 5000;
  await log.until(isReported);
  expect(log.pathsOf("api").size).toBe(0);
}, 90_000);

test("after a storm that may have filled the kernel's queue everything is looked at, and all is watched", async () => {
  const folder = await makeFolder({ "web/a": "1" });
  const log = await startWatching(folder, [appTarget("web")], { queueLimit: 40 });
  // At once, so that the events of all come in one turn.
  for (let index = 0; index < 200; index += 1) {
    mkdirSync(join(folder, `web/d${index}`));
    writeFileSync(join(folder, `web/d${index}/f`), "1");
  }
  await log.until(({ changes }) => changes.some(({ kind }) => kind === "everything"));
  log.clear();
  await writeFile(join(folder, "web/d199/f"), "2");
  await log.untilPath("web", "web/d199/f");
});

test("when it has been quiet for long after a change everything is looked at once more, and only once", async () => {
  const folder = await makeFolder({ "web/a": "1" });
  const log = await startWatching(folder, [appTarget("web")], { idleCheck: 20 });
  await writeFile(join(folder, "web/a"), "2");
  await log.until(({ changes }) => changes.some(({ kind }) => kind === "everything"));
  expect(log.changes.map(({ kind }) => kind)).toEqual(["sources", "everything"]);
});

test("with poll changes are found by looking", async () => {
  const folder = await makeFolder({ "web/a": "1", "web/sub/b": "1" });
  const log = await startWatching(folder, [appTarget("web")], { poll: 20 });
  await writeFile(join(folder, "web/sub/b"), "more");
  await log.untilPath("web", "web/sub/b");
  await fillFolder(folder, { "web/sub2/c": "1" });
  await log.untilPath("web", "web/sub2/c");
});

test("another project is watched after an update; what stays is not reported", async () => {
  const folder = await makeFolder({ "web/a": "1", "api/a": "1", "gone/a": "1" });
  const log = await startWatching(folder, [appTarget("web"), appTarget("gone", "gone")]);
  await log.watcher.update({ targets: [appTarget("web"), appTarget("api", "api")], configFiles: [] });
  await log.untilPath("api", "api");
  await writeFile(join(folder, "gone/a"), "2");
  await writeFile(join(folder, "api/a"), "2");
  await log.untilPath("api", "api/a");
  expect(log.pathsOf("gone").size + log.pathsOf("web").size).toBe(0);
  await writeFile(join(folder, "web/a"), "2");
  await log.untilPath("web", "web/a");
});

test("nothing is reported and no handle is left after closing", async () => {
  const folder = await makeFolder({ "web/a": "1", "web/b/c": "1" });
  const handles = () =>
    process.getActiveResourcesInfo().filter((name) => /FSEvent|StatWatcher/.test(name)).length;
  const before = handles();
  const log = await startWatching(folder, [appTarget("web")]);
  expect(handles()).toBeGreaterThan(before);
  await writeFile(join(folder, "web/a"), "2");
  await log.watcher.close();
  const reported = log.changes.length;
  await writeFile(join(folder, "web/b/c"), "2");
  expect(handles()).toBe(before);
  expect(log.changes.length).toBe(reported);
});

const CAN_LIMIT = "echo 1 > /proc/sys/user/max_inotify_watches";

for (const [what, limit] of [
  ["watches", "max_inotify_watches"],
  ["instances", "max_inotify_instances"],
] as const) {
  test(`where the kernel gives out no more inotify ${what} it says so, and looks instead`, async (context) => {
    if (!(await canUnshare())) context.skip("no user namespaces here");
    const tree = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`web/d${index}/f`, "1"]));
    const folder = await makeFolder(tree);
    const script = new URL("../../test/watch-with-few-watches.ts", import.meta.url).pathname;
    const command = `echo ${what === "watches" ? 5 : 0} > /proc/sys/user/${limit} && exec "$0" --conditions=sti-source "$@"`;
    const child = spawn("unshare", ["-Ur", "sh", "-c", command, process.execPath, script, folder], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const reported: {
      readonly problem?: string;
      readonly paths?: readonly string[];
      readonly ready?: true;
    }[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      reported.push(JSON.parse(line));
      if (reported.at(-1)?.ready === true) await writeFile(join(folder, "web/d29/f"), "more");
      if (reported.at(-1)?.paths?.includes("web/d29/f") === true) child.stdin.end();
    }
    expect(reported.flatMap(({ problem }) => problem ?? [])).toEqual([
      expect.stringContaining(`sudo sysctl fs.inotify.max_user_${what}=`),
    ]);
  }, 90_000);
}

async function canUnshare(): Promise<boolean> {
  const child = spawn("unshare", ["-Ur", "sh", "-c", CAN_LIMIT], { stdio: "ignore" });
  return await new Promise((resolve) => {
    child.once("error", () => resolve(false)).once("exit", (code) => resolve(code === 0));
  });
}
