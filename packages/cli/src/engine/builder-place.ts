// The place of a session in provenance: the workflow or project of a CI, and the page of its run or job.
import type { CommandContext } from "../process/command-context.ts";
import { version } from "../process/version.ts";
import { resultBuilder } from "./result-builder.ts";

export interface BuilderPlace {
  /** A URI. */
  readonly id: string;
  /** A URI; undefined outside of CI systems: a machine's session is nothing that others could open. */
  readonly invocation: string | undefined;
  /** Version of sti, "1.2.3". */
  readonly version: string;
}

/** `configured`: the builder of the config; it comes first. */
export function findBuilderPlace(env: CommandContext["env"], configured: string | undefined): BuilderPlace {
  const { kind, url } = resultBuilder(env);
  const { CI_PROJECT_URL: project, GITHUB_SERVER_URL: server, GITHUB_WORKFLOW_REF: workflow } = env;
  const isGithub = kind === "github-actions" && server !== undefined && workflow !== undefined;
  const found = isGithub ? `${server}/${workflow}` : kind === "gitlab-ci" ? project : undefined;
  return {
    id: configured ?? found ?? `urn:sti:${kind === "machine" ? "local" : kind}`,
    invocation: url,
    version,
  };
}
