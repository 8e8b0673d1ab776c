// `sti ci`: prints a pipeline that builds on many machines. Asks no engine and reads no source.
import { targetLevels } from "@sti/core";
import { type PipelineFormat, printPipeline } from "../print/print-pipeline.ts";
import { reportFailures, reportNothingSelected } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import type { ProjectFlags, SelectionFlags } from "../process/flags.ts";
import { loadGraph } from "../project/load-project.ts";
import { projectOptions } from "../project/project-options.ts";

/** Resolves to the exit code. */
export async function runCi(
  [format, ...targets]: readonly [format: PipelineFormat, ...targets: string[]],
  options: ProjectFlags & SelectionFlags,
  context: CommandContext,
): Promise<number> {
  const loaded = await loadGraph({
    ...projectOptions("ci", options, context),
    targets,
    affected: options.affected,
    method: undefined,
  });
  if (!loaded.ok) return reportFailures(loaded.failures, context);
  if (loaded.value.selected.length === 0 && format !== "json") return reportNothingSelected(options, context);
  context.stdout.write(printPipeline(format, targetLevels(loaded.value.graph)));
  return 0;
}
