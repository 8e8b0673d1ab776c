import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { git, makeRepository } from "../../test/git-repository.ts";
import { makeFolder } from "../../test/temp-folder.ts";
import { readBranches } from "./read-branches.ts";

// A test starts several processes.
vi.setConfig({ testTimeout: 60_000 });

const GITHUB = { GITHUB_ACTIONS: "true", GITHUB_REF_TYPE: "branch" };
const GITLAB = { GITLAB_CI: "true", CI_DEFAULT_BRANCH: "trunk" };

test("outside a repository there are only the usual names", async () => {
  expect(await readBranches(await makeFolder(), { env: {} })).toEqual({
    own: undefined,
    others: ["main", "master"],
  });
});

test("the branch that is checked out comes first, then the main branch of the clone", async () => {
  const { folder } = await makeRepository({ "api/a": "1" });
  git(folder, "checkout", "-q", "-b", "fix/it");
  expect(await readBranches(join(folder, "api"), { env: {} })).toEqual({
    own: "fix/it",
    others: ["main", "master"],
  });
  git(folder, "update-ref", "refs/remotes/origin/trunk", "HEAD");
  git(folder, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk");
  expect(await readBranches(folder, { env: {} })).toEqual({ own: "fix/it", others: ["trunk"] });
  git(folder, "checkout", "-q", "--detach");
  expect(await readBranches(folder, { env: {} })).toEqual({ own: undefined, others: ["trunk"] });
});

test.each([
  ["a push", { ...GITHUB, GITHUB_REF_NAME: "fix" }, { own: "fix", others: ["main", "master"] }],
  ["a push to main", { ...GITHUB, GITHUB_REF_NAME: "main" }, { own: "main", others: ["master"] }],
  [
    "a tag",
    { ...GITHUB, GITHUB_REF_TYPE: "tag", GITHUB_REF_NAME: "v1" },
    { own: undefined, others: ["main", "master"] },
  ],
  [
    "a pull request",
    { ...GITHUB, GITHUB_REF_NAME: "12/merge", GITHUB_HEAD_REF: "fix", GITHUB_BASE_REF: "next" },
    { own: "fix", others: ["next", "main", "master"] },
  ],
  ["a pipeline of a branch", { ...GITLAB, CI_COMMIT_BRANCH: "fix" }, { own: "fix", others: ["trunk"] }],
  [
    "a merge request",
    { ...GITLAB, CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: "fix", CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "next" },
    { own: "fix", others: ["next", "trunk"] },
  ],
])("CI names the branches of %s", async (_name, env, branches) => {
  expect(await readBranches(await makeFolder(), { env })).toEqual(branches);
});
