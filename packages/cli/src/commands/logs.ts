// `sti logs`: prints what the last build of a target printed.
import { loadConfig } from "@sti/config/load";
import { suggest } from "@sti/core";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import type { ProjectFlags } from "../process/flags.ts";
import { projectFolders } from "../project/project-folders.ts";
import { projectOptions } from "../project/project-options.ts";
import { readLog } from "../project/read-log.ts";
import { LOG_LIMITS } from "../render/log-files.ts";
import { sanitizeLine, sanitizeLines } from "../render/sanitize.ts";

/** Resolves to the exit code. */
export async function runLogs(
  target: string,
  options: Pick<ProjectFlags, "cwd" | "config">,
  context: CommandContext,
): Promise<number> {
  const { env, stderr, stdout } = context;
  const loaded = await loadConfig(projectOptions("logs", options, context));
  if (!loaded.ok) return reportFailures(loaded.failures, context);
  const { config, directory } = loaded.value;
  const known = [...Object.keys(config.apps ?? {}), ...Object.keys(config.images ?? {})];
  if (!known.includes(target)) {
    const failure = {
      code: "selection-unknown",
      name: target,
      suggestion: suggest(target, known),
      known,
    } as const;
    return reportFailures([failure], context);
  }
  const { logs } = projectFolders(directory, env);
  const text = await readLog(logs, `${target}.log`, 2 * (LOG_LIMITS.head + LOG_LIMITS.tail));
  if (text === undefined) {
    stderr.write(
      `sti: no log of ${sanitizeLine(target)}: no build of it has printed anything here; build it with sti run\n`,
    );
    return exitCodes.targetFailed;
  }
  // It has what the build printed, and may come with a checkout: nothing in it may reach the terminal as a command.
  stdout.write(sanitizeLines(text).join("\n"));
  return exitCodes.done;
}
