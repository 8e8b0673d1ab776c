// What every command is given, and how it tells of failures.
import type { Failure } from "@sti/core";
import { exitCodeFor } from "../exit-code.ts";
import { printFailures } from "../render/print-failure.ts";

export interface CommandContext {
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly signal: AbortSignal;
}

/** Prints failures to stderr and resolves to their exit code. */
export function reportFailures(failures: readonly Failure[], context: CommandContext): number {
  const { cwd, stderr } = context;
  stderr.write(printFailures(failures, { cwd, stream: stderr }));
  return exitCodeFor({ failures });
}
