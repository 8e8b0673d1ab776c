// Result of one run of the sweep, as data.
import type { Finding } from "./judge-run.ts";

export interface CaseResult {
  readonly id: string;
  readonly scenario: string;
  readonly fault: string;
  readonly findings: readonly Finding[];
  /** Leftovers that were there right after the session, and that the next one may remove. */
  readonly leftAtFirst: number;
  /** Milliseconds from SIGINT to the end; undefined for a session without. */
  readonly interrupted: number | undefined;
  /** The call that was to be disturbed did not come. */
  readonly isMissed: boolean;
  /** Of the session under test: the end of its output. */
  readonly printed: string;
  readonly exitCode: number | null;
}
