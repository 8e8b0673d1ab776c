import { expect, test } from "vitest";
import { resultBuilder } from "./result-builder.ts";

const GITHUB = {
  CI: "true",
  GITHUB_ACTIONS: "true",
  GITHUB_SERVER_URL: "https://github.com",
  GITHUB_REPOSITORY: "acme/shop",
  GITHUB_RUN_ID: "17",
};

test.each([
  ["a run of GitHub Actions", GITHUB, "github-actions", "https://github.com/acme/shop/actions/runs/17"],
  ["one without a number", { ...GITHUB, GITHUB_RUN_ID: undefined }, "github-actions", undefined],
  [
    "a job of GitLab, without credentials of its address",
    {
      CI: "true",
      GITLAB_CI: "true",
      CI_JOB_URL: "https://bot:token@gitlab.example/acme/shop/-/jobs/9?t=token",
    },
    "gitlab-ci",
    "https://gitlab.example/acme/shop/-/jobs/9",
  ],
  ["a job whose address is none", { GITLAB_CI: "true", CI_JOB_URL: "javascript:x" }, "gitlab-ci", undefined],
  ["another CI", { CI: "1", BUILD_URL: "https://ci.example/9" }, "ci", undefined],
  ["a machine, without its name", { USER: "ann", HOSTNAME: "laptop" }, "machine", undefined],
] as const)("%s", (_name, env, kind, url) => {
  expect(resultBuilder(env)).toEqual({ kind, ...(url === undefined ? {} : { url }) });
});
