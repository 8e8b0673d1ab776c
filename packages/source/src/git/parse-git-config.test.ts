import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { GitConfigError, parseGitConfig } from "./parse-git-config.ts";

/** Settings listed by git itself. */
function listByGit(text: string): readonly (readonly [string, string])[] | undefined {
  try {
    const output = execFileSync("git", ["config", "--file", "-", "--no-includes", "--list", "-z"], {
      cwd: "/",
      input: text,
      encoding: "utf8",
      stdio: "pipe",
    });
    return output.split("\0").flatMap((record) => {
      const [, name = "", value = "true"] = /^([^\n]*)(?:\n([\s\S]*))?$/.exec(record) ?? [];
      return record === "" ? [] : [[name, value] as const];
    });
  } catch {
    return undefined;
  }
}

test.each([
  "",
  "\uFEFF[core]\n\tbare = false\n",
  "[core]\r\n\tbare = false\r\n",
  '[remote "origin"]\n\turl = https://git.test/a.git\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n',
  '[remote "a.b \\"c\\" \\\\ d"]\n  url = x\n',
  "[Core] FileMode\n",
  "[core] bare = true ; a comment\n# another\n[a]b=1\n",
  "[a]\n  b = one   two   \n  c = ' x ' \n  d = \" x \"y \n",
  '[a]\n  b = "x # y" # z\n  c = x;y\n',
  "[a]\n  b = one \\\n    two\n",
  '[a]\n  b = "one \\\n two"\n  c = \\t\\n\\"\\\\\n',
  '[a]\n  b =\n  c\n  d = ""\n',
  "[branch.Topic]\n  merge = refs/heads/x\n",
  "[a]\n  b = 1",
  "[a] # c = 2\n  d = 3\n",
  '[include]\n  path = /etc/passwd\n[includeIf "gitdir:/**"]\n  path = x\n',
  "[a]\n  b-c = ä\n",
  "b = 1\n",
  "[a\n",
  '[a "b]\n',
  "[a]\n  1b = 1\n",
  '[a]\n  b = "x\n',
  "[a]\n  b = \\x\n",
  "[a]\n  b c = 1\n",
  "[a]\n  b_c = 1\n",
])("reads %j as git does", (text) => {
  const expected = listByGit(text);
  if (expected === undefined) expect(() => parseGitConfig(text)).toThrow(GitConfigError);
  else expect(parseGitConfig(text)).toEqual(expected);
});
