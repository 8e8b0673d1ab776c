import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describeFailure } from "@sti/core";
import { expect, onTestFinished, test, vi } from "vitest";
import { commitAll, failureOf, git, gitTarget, makeRepository, readGit } from "../../test/git-repository.ts";
import { makeFolder } from "../../test/temp-folder.ts";
import { isSafe } from "./check-git-owner.ts";
import { readAffected } from "./read-changes.ts";
import { readCheckouts } from "./read-checkout.ts";

// A test starts dozens of processes.
vi.setConfig({ testTimeout: 60_000 });

test.each([
  ["nothing", [], false],
  ["the path", ["/srv/shop"], true],
  ["the path with a slash", ["/srv/shop/"], true],
  ["another path", ["/srv/shop2", "/srv"], false],
  ["every path", ["*"], true],
  ["all below a folder", ["/srv/*"], true],
  ["all below another folder", ["/srv/shop/*"], false],
  ["an empty value after it", ["/srv/shop", ""], false],
  ["the path after an empty value", ["*", "", "/srv/shop"], true],
])("safe.directory with %s", async (_name, values, safe) => {
  const settings = values.map((value) => ["safe.directory", value] as const);
  expect(await isSafe("/srv/shop", [["user.name", "*"], ...settings])).toBe(safe);
});

const isRoot = process.geteuid?.() === 0;

/** A repository of uid 1001, and a home without a config. */
async function makeForeign() {
  const { commit, folder } = await makeRepository({ "api/a": "1" });
  execFileSync("chown", ["-R", "1001:1001", folder]);
  const home = await makeFolder();
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv("HOME", home);
  vi.stubEnv("SUDO_UID", undefined);
  vi.stubEnv("GIT_CONFIG_GLOBAL", undefined);
  const read = async () => {
    const problems: string[] = [];
    const found = await readCheckouts(folder, [join(folder, "api")], {
      onProblem: (problem) => problems.push(problem),
    });
    return { problems, commits: [...found.values()].map((checkout) => checkout.commit) };
  };
  const trust = (...values: string[]) => {
    const file = join(home, ".gitconfig");
    for (const value of values)
      execFileSync("git", ["config", "--file", file, "--add", "safe.directory", value], { cwd: "/" });
  };
  return { folder, commit, read, trust };
}

// Only root can give files away; elsewhere the table above is all that is tested.
test.runIf(isRoot)("another user's repository is refused with the reason and a way out", async () => {
  const { folder, commit, read } = await makeForeign();
  const reason = `the repository at ${folder} belongs to uid 1001; sti runs as uid 0`;
  const way = `git config --global --add safe.directory ${folder}`;
  expect(await read()).toEqual({
    commits: [],
    problems: [expect.stringMatching(new RegExp(`^${reason}.*${way}$`))],
  });
  const affected = await readAffected("HEAD", { directory: folder, env: {} });
  const failures = [affected.ok ? undefined : affected.failures[0], await failureOf(gitTarget(folder))];
  for (const failure of failures) {
    if (failure === undefined) throw new Error("it did not fail");
    const words = describeFailure(failure, (file) => file);
    expect(words.summary).toBe(reason);
    expect(words.hint).toContain(way);
  }
  // Runs the hint's command verbatim.
  execFileSync("sh", ["-c", way], { cwd: "/" });
  expect(await read()).toEqual({ commits: [commit], problems: [] });
  expect((await readAffected("HEAD", { directory: folder, env: {} })).ok).toBe(true);
  expect((await readGit(gitTarget(folder))).revision?.commit).toBe(commit);
});

test.runIf(isRoot)("safe.directory counts wherever git itself takes it from", async () => {
  const { commit, folder, read, trust } = await makeForeign();
  vi.stubEnv("GIT_CONFIG_COUNT", "1");
  vi.stubEnv("GIT_CONFIG_KEY_0", "safe.directory");
  vi.stubEnv("GIT_CONFIG_VALUE_0", folder);
  expect((await read()).commits).toEqual([commit]);
  vi.stubEnv("GIT_CONFIG_COUNT", undefined);
  vi.stubEnv("GIT_CONFIG_PARAMETERS", `'safe.directory'='${folder}'`);
  expect((await read()).commits).toEqual([commit]);
  vi.stubEnv("GIT_CONFIG_PARAMETERS", undefined);
  expect((await read()).commits).toEqual([]);
  trust("*");
  expect((await read()).commits).toEqual([commit]);
  trust("");
  expect((await read()).commits).toEqual([]);
});

test.runIf(isRoot)("safe.directory in the config of the repository itself has no effect", async () => {
  const { folder, read } = await makeForeign();
  execFileSync("git", ["config", "--file", join(folder, ".git/config"), "safe.directory", "*"], { cwd: "/" });
  expect((await read()).commits).toEqual([]);
});

test.runIf(isRoot)("root by sudo reads what the user has", async () => {
  const { commit, read } = await makeForeign();
  vi.stubEnv("SUDO_UID", "1001");
  expect((await read()).commits).toEqual([commit]);
});

test.runIf(isRoot)(
  "a submodule is its owner's: trusted with the repository around it, else named",
  async () => {
    const inner = await makeRepository({ a: "1" });
    const { folder, read, trust } = await makeForeign();
    execFileSync("chown", ["-R", "0:0", folder]);
    git(folder, "submodule", "--quiet", "add", `file://${inner.folder}`, "api/lib");
    const commit = commitAll(folder);
    execFileSync("chown", ["-R", "1001:1001", folder]);
    trust(folder);
    expect(await read()).toEqual({ commits: [commit], problems: [] });
    const submodule = join(folder, "api/lib");
    execFileSync("chown", ["-R", "1002:1002", submodule]);
    const way = `git config --global --add safe.directory ${submodule}`;
    expect(await read()).toEqual({ commits: [], problems: [expect.stringContaining(way)] });
    const affected = await readAffected("HEAD", { directory: folder, env: {} });
    expect(affected).toMatchObject({
      ok: false,
      failures: [{ reason: "other-owner", repository: submodule }],
    });
    trust(submodule);
    expect(await read()).toEqual({ commits: [commit], problems: [] });
  },
);
