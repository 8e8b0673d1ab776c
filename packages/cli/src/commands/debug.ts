// `sti debug`: a shell, or a command, in a container of an app as its prepare left it.
import type { Failure } from "@sti/core";
import { startConnecting } from "../engine/connect-engine.ts";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import type { LockFlags, ProjectFlags } from "../process/flags.ts";
import { loadProject } from "../project/load-project.ts";
import { readProjectLock } from "../project/project-lock.ts";
import { projectOptions } from "../project/project-options.ts";
import { sanitizeLine } from "../render/sanitize.ts";
import { debugApp } from "../session/debug-app.ts";

export interface DebugOptions extends ProjectFlags, LockFlags {
  /** Before prepare runs. */
  readonly fresh?: boolean;
}

/** `command`: instead of a shell. Resolves to the exit code. */
export async function runDebug(
  app: string,
  command: readonly string[],
  options: DebugOptions,
  context: CommandContext,
): Promise<number> {
  const connection = startConnecting({ engine: options.engine, context });
  const stop = async (failures: readonly Failure[]) => {
    await connection.abandon();
    return reportFailures(failures, context);
  };
  const project = await loadProject({
    ...projectOptions("debug", options, context),
    targets: [app],
    method: undefined,
  });
  if (!project.ok) return await stop(project.failures);
  const { graph, selected } = project.value;
  const [name = "", ...others] = selected;
  const kind = graph.nodes.get(name)?.target.kind;
  if (others.length > 0 || kind !== "app") {
    await connection.abandon();
    const what = kind === "image" ? "an image entry, which has no prepare" : `${selected.length} targets`;
    context.stderr.write(`sti: ${sanitizeLine(app)} is ${what}; name one app\n`);
    return exitCodes.usage;
  }
  const locked = await readProjectLock(project.value.directory, { ...options, env: context.env });
  if (!locked.ok) return await stop(locked.failures);
  return await debugApp(
    name,
    project.value,
    {
      engine: options.engine,
      connection,
      locked: locked.value,
      fresh: options.fresh === true,
      command: command.length === 0 ? undefined : command,
    },
    context,
  );
}
