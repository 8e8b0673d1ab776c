// Input of a command of the command line. Types only.
import type { CommandContext } from "../process/command-context.ts";

/** A command's work; resolves to the exit code. */
export type Run = (context: CommandContext, options: Record<string, unknown>) => Promise<number>;

/** Runs a command with its parsed options. */
export type Execute = (options: Record<string, unknown>, run: Run) => Promise<void>;
