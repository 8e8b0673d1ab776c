import { expect, test } from "vitest";
import { parse } from "yaml";
import { printCachedGithub, printCachedGitlab, printGitlabChild } from "./print-cached-pipeline.ts";
import { toLevelsDocument } from "./print-pipeline.ts";

const LEVELS = [["builder", "1.0"], ["api"]];
const PIPELINE = { levels: LEVELS, selectors: [], registry: "registry.example" };

/** A condition of GitHub for the outcomes of earlier jobs: empty lists and missing ones are false. */
const isRun = (condition: string, jobs: Readonly<Record<string, readonly string[]>>) => {
  const [, name = ""] = /fromJSON\(needs\.plan\.outputs\.jobs\)\['([^']+)'\]\[0\]/.exec(condition) ?? [];
  expect(condition).toContain("!failure() && !cancelled()");
  return jobs[name]?.[0] !== undefined;
};

test("GitHub's jobs have the targets that the first job lists, and none that has nothing to do", () => {
  const { jobs } = parse(printCachedGithub(PIPELINE));
  expect(jobs.plan.outputs).toEqual({ jobs: `\${{ steps.plan.outputs.jobs }}` });
  const { run } = jobs.plan.steps.at(-1);
  expect(run).toContain("sti ci json --missing --jobs level-1,level-2 $STI_CACHE");
  expect(jobs["level-2"]).toMatchObject({
    needs: ["plan", "level-1"],
    strategy: { matrix: { target: `\${{ fromJSON(needs.plan.outputs.jobs)['level-2'] }}` } },
  });
  const { jobs: missing } = toLevelsDocument(LEVELS, new Set(["api"]));
  expect(missing).toEqual({ "level-1": [], "level-2": ["api"] });
  expect(isRun(jobs["level-1"].if, missing)).toBe(false);
  expect(isRun(jobs["level-2"].if, missing)).toBe(true);
});

test("only pushes to the branch add results and push tags", () => {
  const github = parse(printCachedGithub(PIPELINE));
  expect(github.env.STI_CACHE).toContain("github.event_name == 'pull_request' && '--no-cache-write'");
  expect(github.jobs.publish.if).toContain("github.event_name == 'push'");
  expect(github.jobs.publish.needs).toEqual(["plan", "level-1", "level-2"]);
  const gitlab = parse(printCachedGitlab(PIPELINE));
  expect(gitlab.workflow.rules[0].variables).toEqual({ STI_CACHE: "--no-cache-write" });
  expect(gitlab.publish.rules).toEqual([{ if: "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH" }]);
});

test("the token of GitHub is for its own registry only", () => {
  const own = printCachedGithub({ ...PIPELINE, registry: "ghcr.io" });
  expect(parse(own).permissions).toEqual({ contents: "read", packages: "write" });
  expect(own).toContain("github.token");
  const other = printCachedGithub(PIPELINE);
  expect(parse(other).permissions).toEqual({ contents: "read" });
  expect(other).not.toContain("github.token");
  expect(other).toContain("secrets.REGISTRY_PASSWORD");
});

test("GitLab builds what the pipeline of the first job has, which is made outside the sources", () => {
  const { build, plan, publish, stages } = parse(
    printCachedGitlab({ ...PIPELINE, selectors: ["a b", "tag:x"] }),
  );
  expect(stages).toEqual(["plan", "build", "publish"]);
  expect(plan.script).toEqual([
    "npx --no-install sti ci gitlab 'a b' tag:x --missing $STI_CACHE > /tmp/images.yml",
    "mv /tmp/images.yml images.yml",
  ]);
  expect(build.trigger).toEqual({ include: [{ artifact: "images.yml", job: "plan" }], strategy: "depend" });
  // The file of the first job would be a change of a source.
  expect(publish.dependencies).toEqual([]);
});

test.each([
  [
    "all",
    ["builder", "1.0", "api"],
    ["level-1", "level-2"],
    { "level-1": ["builder", "1.0"], "level-2": ["api"] },
  ],
  ["an app", ["api"], ["level-1"], { "level-1": ["api"] }],
])("GitLab's child pipeline for %s has their levels only", (_name, chosen, stages, targets) => {
  const child = parse(printGitlabChild(PIPELINE, { chosen: new Set(chosen), writes: true }));
  expect(child.stages).toEqual(stages);
  const built = stages.map((name) => [name, child[name].parallel.matrix[0].TARGET]);
  expect(Object.fromEntries(built)).toEqual(targets);
  expect(child[".sti"].script).toEqual(['npx --no-install sti run "$TARGET"']);
});

test("GitLab's child pipeline has a job where nothing is to be built, and the read-only option where it is set", () => {
  const nothing = parse(printGitlabChild(PIPELINE, { chosen: new Set(), writes: true }));
  expect(nothing.nothing.script).toEqual(["echo the store has all results"]);
  const reading = printGitlabChild(PIPELINE, { chosen: new Set(["api"]), writes: false });
  expect(parse(reading)[".sti"].script).toEqual(['npx --no-install sti run "$TARGET" --no-cache-write']);
});
