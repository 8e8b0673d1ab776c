import { expect, test } from "vitest";
import { findBuilderPlace } from "./builder-place.ts";

const GITHUB = {
  CI: "true",
  GITHUB_ACTIONS: "true",
  GITHUB_SERVER_URL: "https://github.example",
  GITHUB_REPOSITORY: "acme/shop",
  GITHUB_RUN_ID: "7",
  GITHUB_WORKFLOW_REF: "acme/shop/.github/workflows/ci.yml@refs/heads/main",
};

test.each([
  ["a machine", {}, "urn:sti:local", undefined],
  ["a CI without a name", { CI: "1" }, "urn:sti:ci", undefined],
  [
    "a workflow of GitHub",
    GITHUB,
    "https://github.example/acme/shop/.github/workflows/ci.yml@refs/heads/main",
    "https://github.example/acme/shop/actions/runs/7",
  ],
  [
    "a project of GitLab",
    {
      GITLAB_CI: "true",
      CI_PROJECT_URL: "https://gitlab.example/a",
      CI_JOB_URL: "https://gitlab.example/a/-/jobs/1",
    },
    "https://gitlab.example/a",
    "https://gitlab.example/a/-/jobs/1",
  ],
] as const)("the builder in provenance is %s", (_, env, id, invocation) => {
  expect(findBuilderPlace(env, undefined)).toMatchObject({ id, invocation });
  expect(findBuilderPlace(env, "https://ci.example/x")).toMatchObject({
    id: "https://ci.example/x",
    invocation,
  });
});
