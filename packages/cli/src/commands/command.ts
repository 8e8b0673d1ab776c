// What every command is given, and how it tells of failures.
import { locateFailures } from "@sti/config/load";
import type { ConfigPath, Failure, Location } from "@sti/core";
import { exitCodeFor } from "../exit-code.ts";
import { printFailures } from "../render/print-failure.ts";

export interface CommandContext {
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly signal: AbortSignal;
  /** Finds the places of failures that have none yet. */
  readonly locate?: (path: ConfigPath) => Location | undefined;
}

/** Prints failures to stderr and resolves to their exit code. */
export function reportFailures(failures: readonly Failure[], context: CommandContext): number {
  const located = context.locate === undefined ? failures : locateFailures(failures, context.locate);
  const { cwd, stderr } = context;
  stderr.write(printFailures(located, { cwd, stream: stderr }));
  return exitCodeFor({ failures });
}
