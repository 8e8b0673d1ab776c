// Who builds, as the origins of results name it: a pipeline by the page of its run or job. Users and machines have no name
// there, since everybody who may read the store reads it.
import { type ResultBuilder, shapeUrl } from "@sti/core";
import type { CommandContext } from "../process/command-context.ts";
import { isCi } from "../process/is-ci.ts";

export function resultBuilder(env: CommandContext["env"]): ResultBuilder {
  const { GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run, GITHUB_SERVER_URL: server } = env;
  const at = (kind: ResultBuilder["kind"], page: string | undefined): ResultBuilder => {
    const url = page === undefined ? undefined : shapeUrl(page);
    return url === undefined ? { kind } : { kind, url };
  };
  if (env.GITHUB_ACTIONS === "true") {
    const isKnown = server !== undefined && repository !== undefined && run !== undefined;
    return at("github-actions", isKnown ? `${server}/${repository}/actions/runs/${run}` : undefined);
  }
  if (env.GITLAB_CI === "true") return at("gitlab-ci", env.CI_JOB_URL);
  return { kind: isCi(env) ? "ci" : "machine" };
}
