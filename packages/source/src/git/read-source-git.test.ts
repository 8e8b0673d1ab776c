import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AppTarget, SourceFrom, SourceSnapshot } from "@sti/core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { commitAll, git, gitTarget, makeRepository, placeIn } from "../../test/git-repository.ts";
import { KINDS } from "../../test/repository-kinds.ts";
import { appTarget, fillFolder, makeFolder, unwrap } from "../../test/temp-folder.ts";
import { createDiskView } from "../disk/disk-view.ts";
import { readSources } from "../snapshot/read-sources.ts";
import { findInputs } from "../watch/find-inputs.ts";
import { namesOfCI } from "./read-source-git.ts";

// A test starts dozens of processes.
vi.setConfig({ testTimeout: 60_000 });

let origin = "";

beforeAll(async () => {
  origin = mkdtempSync(join(tmpdir(), "sti-test-origin-"));
  git(origin, "init", "-q", "-b", "main");
  await fillFolder(origin, { "api/a": "1", "web/w": "1" });
  commitAll(origin);
  git(origin, "config", "uploadpack.allowFilter", "true");
});

afterAll(() => rmSync(origin, { recursive: true }));

const asking = (target: AppTarget): AppTarget => ({ ...target, git: { inKey: false } });

async function read(
  directory: string,
  target: AppTarget,
  env: Readonly<Record<string, string>> = {},
): Promise<SourceSnapshot["git"]> {
  const place = target.source.some(({ from }) => from.kind === "git")
    ? placeIn(await makeFolder())
    : { directory };
  return unwrap(await readSources([asking(target)], { ...place, env })).get("web")?.git;
}

test.each(Object.entries(KINDS))(
  "of %s, the commit, the branch and the tag are read",
  async (_name, make) => {
    const folder = await make(origin);
    const commit = git(folder, "rev-parse", "HEAD");
    const branch = git(folder, "rev-parse", "--abbrev-ref", "HEAD").replace("HEAD", "") || undefined;
    const state = { commit, branch, tag: undefined, isDirty: false };
    expect(await read(folder, appTarget("api"))).toEqual(state);
    git(folder, "tag", "v1");
    expect(await read(join(folder, "web"), appTarget("../api"))).toEqual({ ...state, tag: "v1" });
    writeFileSync(join(folder, "api/new"), "2");
    expect(await read(folder, appTarget("api"))).toEqual({ ...state, tag: "v1", isDirty: true });
    expect(await read(folder, appTarget("web"))).toEqual({ ...state, tag: "v1" });
  },
);

test("of several tags the newest counts, and of equally old ones the highest version", async () => {
  const { folder } = await makeRepository({ "api/a": "1" });
  for (const [name, tag] of [
    ["v1.2.0-rc.1", "v1.2.0-rc.1"],
    ["v1.9.0", "v1.9.0"],
    ["v1.10.0-rc.1", "v1.10.0-rc.1"],
    ["v1.10.0", "v1.10.0"],
    ["v1.2.0", "v1.10.0"],
  ] as const) {
    git(folder, "tag", name);
    expect(await read(folder, appTarget("api"))).toMatchObject({ tag });
  }
  const later = {
    ...process.env,
    GIT_COMMITTER_DATE: "1700000100 +0000",
    GIT_COMMITTER_NAME: "t",
    GIT_COMMITTER_EMAIL: "t@t.test",
  };
  execFileSync("git", ["tag", "-a", "-m", "x", "release/ü"], { cwd: folder, env: later });
  expect(await read(folder, appTarget("api"))).toMatchObject({ tag: "release/ü" });
  git(folder, "commit", "-q", "--allow-empty", "-m", "next");
  expect(await read(folder, appTarget("api"))).toMatchObject({ tag: undefined });
});

test("branches with odd names are read whole", async () => {
  const { folder } = await makeRepository({ "api/a": "1" });
  for (const branch of ["feature/JIRA-12", "it's-$HOME`x`", "ümlaut", "(x)", "a.b"]) {
    git(folder, "checkout", "-q", "-b", branch);
    expect(await read(folder, appTarget("api"))).toMatchObject({ branch });
  }
});

const CI_COMMIT = "a".repeat(40);
test.each<readonly [string, Record<string, string>, { branch?: string; tag?: string }]>([
  [
    "GitHub, a branch",
    { GITHUB_SHA: CI_COMMIT, GITHUB_REF_TYPE: "branch", GITHUB_REF_NAME: "main" },
    { branch: "main" },
  ],
  [
    "GitHub, a pull request",
    {
      GITHUB_SHA: CI_COMMIT,
      GITHUB_REF_TYPE: "branch",
      GITHUB_REF_NAME: "12/merge",
      GITHUB_HEAD_REF: "topic",
    },
    { branch: "topic" },
  ],
  [
    "GitHub, a tag",
    { GITHUB_SHA: CI_COMMIT, GITHUB_REF_TYPE: "tag", GITHUB_REF_NAME: "v1", GITHUB_HEAD_REF: "" },
    { tag: "v1" },
  ],
  ["GitHub, another commit", { GITHUB_SHA: "b", GITHUB_REF_TYPE: "branch", GITHUB_REF_NAME: "main" }, {}],
  ["GitLab, a branch", { CI_COMMIT_SHA: CI_COMMIT, CI_COMMIT_BRANCH: "main" }, { branch: "main" }],
  [
    "GitLab, a merge request",
    { CI_COMMIT_SHA: CI_COMMIT, CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: "topic" },
    { branch: "topic" },
  ],
  ["GitLab, a tag", { CI_COMMIT_SHA: CI_COMMIT, CI_COMMIT_TAG: "v1" }, { tag: "v1" }],
  ["GitLab, another commit", { CI_COMMIT_SHA: "b", CI_COMMIT_BRANCH: "main" }, {}],
  ["no CI", {}, {}],
])("names of CI: %s", (_name, env, names) => {
  expect(namesOfCI(env, CI_COMMIT)).toEqual({ branch: undefined, tag: undefined, ...names });
});

test("a commit without a branch has that of CI, a branch that is checked out is its own", async () => {
  const { commit, folder } = await makeRepository({ "api/a": "1" });
  const env = { GITHUB_SHA: commit, GITHUB_REF_TYPE: "branch", GITHUB_REF_NAME: "ci" };
  expect(await read(folder, appTarget("api"), env)).toMatchObject({ branch: "main" });
  git(folder, "checkout", "-q", "--detach");
  expect(await read(folder, appTarget("api"), env)).toMatchObject({ branch: "ci" });
  expect(await read(folder, appTarget("api"))).toMatchObject({ branch: undefined });
});

test("a repository elsewhere has the branch or tag that was asked for", async () => {
  const { commit, folder } = await makeRepository({ a: "1" });
  git(folder, "tag", "light");
  git(folder, "tag", "-a", "-m", "x", "annotated");
  const env = { GITHUB_SHA: commit, GITHUB_REF_TYPE: "branch", GITHUB_REF_NAME: "ci" };
  for (const [ref, names] of [
    [undefined, { branch: "main", tag: undefined }],
    ["main", { branch: "main", tag: undefined }],
    ["light", { branch: undefined, tag: "light" }],
    ["annotated", { branch: undefined, tag: "annotated" }],
    ["refs/tags/annotated", { branch: undefined, tag: "annotated" }],
    ["refs/heads/main", { branch: "main", tag: undefined }],
    [commit, { branch: undefined, tag: undefined }],
  ] as const) {
    const found = await read("", gitTarget(folder, { ref }), env);
    expect([ref, found]).toEqual([ref, { commit, ...names, isDirty: false }]);
  }
  git(folder, "checkout", "-q", "--detach");
  expect(await read("", gitTarget(folder))).toEqual({
    commit,
    branch: undefined,
    tag: undefined,
    isDirty: false,
  });
});

const partsOf = (...froms: readonly SourceFrom[]): AppTarget => ({
  ...appTarget("."),
  source: froms.map((from, index) => ({ from, to: `part${index}`, path: [] })),
});

test("of parts the first one in a repository counts, with all parts that are in the same", async () => {
  const [one, other] = [await makeRepository({ "a/f": "1", "b/f": "1" }), await makeRepository({ c: "1" })];
  const loose = await makeFolder({ file: "1" });
  const path = (place: string): SourceFrom => ({ kind: "path", path: place });
  const parts = partsOf(
    path(join(loose, "file")),
    path(join(one.folder, "a")),
    path(join(one.folder, "b/f")),
    path(other.folder),
  );
  const state = { commit: one.commit, branch: "main", tag: undefined };
  expect(await read("/", parts)).toEqual({ ...state, isDirty: false });
  await fillFolder(other.folder, { c: "2" });
  expect(await read("/", parts)).toEqual({ ...state, isDirty: false });
  await fillFolder(one.folder, { "b/f": "2" });
  expect(await read("/", parts)).toEqual({ ...state, isDirty: true });
});

test("reasons why nothing is known are reported", async () => {
  const loose = await makeFolder({ "api/a": "1" });
  expect(await read(loose, appTarget("api"))).toEqual({
    problem: `no .git in ${join(loose, "api")} or above`,
  });
  git(loose, "init", "-q");
  expect(await read(loose, appTarget("api"))).toEqual({
    problem: `the repository at ${loose} has no commit yet`,
  });
  await fillFolder(loose, { ".git/HEAD": "nonsense" });
  expect(await read(loose, appTarget("api"))).toMatchObject({ problem: expect.stringContaining("HEAD") });
});

// Only root can give files away.
test.runIf(process.geteuid?.() === 0)("another user's repository is named with the way out", async () => {
  const { folder } = await makeRepository({ "api/a": "1" });
  vi.stubEnv("HOME", await makeFolder());
  vi.stubEnv("SUDO_UID", undefined);
  execFileSync("chown", ["-R", "1001:1001", folder]);
  const found = await read(folder, appTarget("api"));
  vi.unstubAllEnvs();
  expect(found).toEqual({
    problem: expect.stringMatching(/belongs to uid 1001.*git config --global --add safe\.directory/),
  });
});

test("commits, checkouts and tags are watched for an app that asks, and only for that one", async () => {
  const { folder } = await makeRepository({ "api/a": "1" });
  const inputsOf = async (target: AppTarget) =>
    await findInputs(target, { directory: folder, view: createDiskView(), workspaces: new Map() });
  const isWatched = async (target: AppTarget, path: string) =>
    (await inputsOf(target)).some(({ matches, root }) => {
      const place = join(folder, path);
      return place.startsWith(`${root}/`) && matches(place.slice(root.length + 1));
    });
  const paths = [".git/HEAD", ".git/packed-refs", ".git/refs/heads/main", ".git/refs/tags/v1", ".git/index"];
  const watched = (target: AppTarget) => Promise.all(paths.map((path) => isWatched(target, path)));
  expect(await watched(asking(appTarget("api")))).toEqual([true, true, true, true, false]);
  expect(await watched(appTarget("api"))).toEqual([false, false, false, false, false]);
});
