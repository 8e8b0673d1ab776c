// Input of every command, and its reporting of failures.
import type { Failure } from "@sti/core";
import type { Ending } from "../process/ending.ts";
import { exitCodeFor } from "../process/exit-code.ts";
import type { ProjectFlags, SelectionFlags } from "../process/flags.ts";
import { printFailures } from "../render/print-failure.ts";

export interface CommandContext {
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Guarded, as stderr is: nothing but text, colours and links of sti goes through (guard-output.ts). */
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Aborted by the first signal to the process. */
  readonly signal: AbortSignal;
  readonly ending: Ending;
}

/** A command's options to find its project and evaluate the config. */
export function projectOptions(command: string, options: ProjectFlags, context: CommandContext) {
  const { config, mode, profile, set } = options;
  const { cwd, env, signal, stderr } = context;
  const onOutput = (text: string) => void stderr.write(text);
  return { command, config, cwd, env, mode, profile, set, signal, onOutput };
}

/** Prints failures to stderr and resolves to their exit code. */
export function reportFailures(failures: readonly Failure[], context: CommandContext): number {
  const { cwd, stderr } = context;
  stderr.write(printFailures(failures, { cwd, stream: stderr }));
  return exitCodeFor({ failures });
}

/** Says that there is nothing to do; that is no failure. */
export function reportNothingSelected(
  { quiet = false, affected }: { readonly quiet?: boolean } & SelectionFlags,
  { stdout }: CommandContext,
): number {
  const since = typeof affected === "string" ? ` since ${affected}` : "";
  const why = affected === undefined ? "" : `: no target changed${since}`;
  if (!quiet) stdout.write(`sti: nothing selected${why}\n`);
  return exitCodeFor({ failures: [] });
}
