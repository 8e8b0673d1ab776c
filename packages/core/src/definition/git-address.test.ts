import { expect, test } from "vitest";
import { findGitProblem, findRefProblem, isRemoteGit } from "./git-address.ts";

test.each([
  "https://git.example.test/a/b.git",
  "ssh://git@example.test:2222/a.git",
  "git@example.test:a/b.git",
])("%s may be given to git", (url) => {
  expect(findGitProblem(url, { local: false })).toBeUndefined();
  expect(isRemoteGit(url)).toBe(true);
});

test.each([
  ["ext::sh -c evil", "must not contain spaces"],
  ["ext::sh", "names a remote helper"],
  ["fd::17", "names a remote helper"],
  ["-uevil", "must not start with '-'"],
  ["--upload-pack=evil", "must not start with '-'"],
  ["git://example.test/a", "uses git://"],
  ["http://example.test/a", "uses http://"],
  ["ftp://example.test/a", "uses ftp://"],
  ["ssh://-oProxyCommand=evil/a", "is not a valid address"],
  ["git@-oProxyCommand=evil:a", "is a repository on this machine"],
  ["git@example.test:-a", "is a repository on this machine"],
  ["https://user:secret@example.test/a", "has a user or password"],
  ["https://token@example.test/a", "has a user or password"],
  ["https://example.test/a\nb", "must not contain spaces or control"],
  ["file:///srv/a.git", "set allowLocalGit"],
  ["/srv/a.git", "set allowLocalGit"],
  ["../a", "set allowLocalGit"],
])("%j may not: it %s", (url, problem) => {
  expect(findGitProblem(url, { local: false })).toContain(problem);
});

test("a path may be given where that is allowed, and nothing worse", () => {
  expect(findGitProblem("../a", { local: true })).toBeUndefined();
  expect(findGitProblem("file:///srv/a.git", { local: true })).toBeUndefined();
  expect(findGitProblem("ext::sh", { local: true })).toBeDefined();
  expect(findGitProblem("-a", { local: true })).toBeDefined();
});

test.each(["main", "v1.2", "feature/x_y", "refs/pull/1/head", "0123456789abcdef"])("%s is a ref", (ref) => {
  expect(findRefProblem(ref)).toBeUndefined();
});

test.each(["-x", "--upload-pack=x", "a..b", "a b", "a:b", "a^", "a~1", "*", "a\n", "@{u}", "+a", "a.lock"])(
  "%j is none",
  (ref) => {
    expect(findRefProblem(ref)).toBeDefined();
  },
);
