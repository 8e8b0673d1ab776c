// Input of a command of the command line. Types only.
import type { CommandContext } from "../process/command-context.ts";

/** A command's work; resolves to the exit code. */
export type Run = (context: CommandContext, options: Record<string, unknown>) => Promise<number>;

export interface ExecuteOptions {
  /**
   * Effect of the first signal, if it does not stop the work. "drain": the engine is not hurried, the command ends its work.
   * "detach": the work is another process's and goes on; the command reports it.
   */
  readonly onSignal?: "drain" | "detach";
}

/** Runs a command with its parsed options. */
export type Execute = (options: Record<string, unknown>, run: Run, how?: ExecuteOptions) => Promise<void>;
