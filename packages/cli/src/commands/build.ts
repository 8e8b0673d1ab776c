// `sti build SOURCE IMAGE TAG`: one app without a config file. The arguments become a config in memory; from there
// on it is `sti run`.

import { startConnecting } from "../engine/connect-engine.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodeFor, exitCodes } from "../process/exit-code.ts";
import type { ProjectFlags, TargetFlags } from "../process/flags.ts";
import {
  type BuildArguments,
  configOfArguments,
  describeArgumentFailure,
  placeOnArguments,
} from "../project/build-arguments.ts";
import { assembleProject } from "../project/load-project.ts";
import { foldersWithoutConfig } from "../project/project-folders.ts";
import { formatFile } from "../render/print-failure.ts";
import { runProject } from "../session/run-project.ts";
import type { SessionOptions } from "../session/session-options.ts";

export interface BuildOptions
  extends Omit<ProjectFlags, "cwd" | "config">,
    TargetFlags,
    Pick<SessionOptions, "metadataFile" | "outputFile" | "report" | "reporter">,
    Pick<
      BuildArguments,
      | "ref"
      | "runtimeImage"
      | "env"
      | "secret"
      | "allowPlain"
      | "network"
      | "incremental"
      | "hostTrust"
      | "pull"
    > {
  readonly push?: boolean;
}

/** Resolves to the exit code. */
export async function runBuild(
  [source, image, tag]: readonly [source: string, image: string, tag: string],
  options: BuildOptions,
  context: CommandContext,
): Promise<number> {
  const args: BuildArguments = { ...options, source, image, tag };
  const report = (problems: readonly string[]) => {
    context.stderr.write(problems.map((problem) => `sti build: ${problem}\n`).join(""));
  };
  const written = configOfArguments(args, context.env);
  if ("problems" in written) {
    report(written.problems);
    return exitCodes.usage;
  }
  const connection = startConnecting({ engine: options.engine, context });
  const project = await assembleProject(
    {
      config: written.config,
      directory: context.cwd,
      context: { command: "build" },
      files: [],
      folders: foldersWithoutConfig(tag, context.env),
      place: placeOnArguments,
    },
    { targets: [], method: undefined, env: context.env, signal: context.signal },
  );
  if (!project.ok) {
    await connection.abandon();
    const format = (file: string) => formatFile(file, context.cwd);
    report(project.failures.map((failure) => describeArgumentFailure(failure, args, format)));
    return exitCodeFor({ failures: project.failures });
  }
  const { push, ...others } = options;
  const pushing = push === true ? ({ push: "each" } as const) : {};
  return await runProject(project.value, { ...others, ...pushing, connection }, context);
}
