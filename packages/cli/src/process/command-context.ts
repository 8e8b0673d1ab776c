// Input of every command.
import type { Ending } from "./ending.ts";

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
