// The end of a command that has nothing to show: its failures, or that nothing was selected.
import type { Failure } from "@sti/core";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodeFor } from "../process/exit-code.ts";
import type { SelectionFlags } from "../process/flags.ts";
import { printFailures } from "../render/print-failure.ts";

/** Prints failures to stderr and returns their exit code. */
export function reportFailures(failures: readonly Failure[], context: CommandContext): number {
  const { cwd, stderr } = context;
  stderr.write(printFailures(failures, { cwd, stream: stderr }));
  return exitCodeFor({ failures });
}

/** Prints that there is nothing to do. That is no failure. */
export function reportNothingSelected(
  { quiet = false, affected }: { readonly quiet?: boolean } & SelectionFlags,
  { stdout }: CommandContext,
): number {
  const since = typeof affected === "string" ? ` since ${affected}` : "";
  const why = affected === undefined ? "" : `: no target changed${since}`;
  if (!quiet) stdout.write(`sti: nothing selected${why}\n`);
  return exitCodeFor({ failures: [] });
}
