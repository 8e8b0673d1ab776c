// Input of a command of the command line. Types only.
import type { CommandContext } from "../process/command-context.ts";

/** A command's work; resolves to the exit code. */
export type Run = (context: CommandContext, options: Record<string, unknown>) => Promise<number>;

export interface ExecuteOptions {
  /** The first signal does not hurry the engine: the command ends its work, and begins the ending itself if it must. */
  readonly drains?: boolean;
}

/** Runs a command with its parsed options. */
export type Execute = (options: Record<string, unknown>, run: Run, how?: ExecuteOptions) => Promise<void>;
