// Result of a session as one value, with all text safe to show. Types only; it is made by to-report.ts, and
// printed by one file for each format.
import type {
  EndedStep,
  Failure,
  Location,
  Outcome,
  OutputTail,
  PushedImage,
  SessionTarget,
  TargetFinished,
} from "@sti/core";

export interface SessionReport {
  readonly session: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly concurrency: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** The chain of targets that decided how long the session took, first one first. */
  readonly criticalPath: readonly string[];
  /** Milliseconds. */
  readonly criticalDuration: number;
  /** Of the session itself rather than of a target. */
  readonly failures: readonly ReportedFailure[];
  readonly warnings: readonly string[];
  /** Dependencies first. */
  readonly targets: readonly TargetReport[];
}

export interface TargetReport extends Omit<SessionTarget, "platform"> {
  readonly outcome: Outcome;
  readonly reason: string;
  /** Milliseconds since 1970; undefined when it never started. */
  readonly startedAt: number | undefined;
  /** Milliseconds. */
  readonly duration: number;
  /** In their order; a push of all targets together comes after the target has ended. */
  readonly steps: readonly EndedStep[];
  readonly warnings: readonly string[];
  readonly reuse: TargetFinished["reuse"];
  readonly restored: TargetFinished["restored"];
  readonly pushed: PushedImage | undefined;
  readonly imageId: string | undefined;
  /** Bytes. */
  readonly imageSize: number | undefined;
  readonly failures: readonly ReportedFailure[];
  /** The last lines that it printed. */
  readonly output: OutputTail;
  /** File with all that it printed, absolute; undefined when it printed nothing. */
  readonly log: string | undefined;
}

/** A failure in words. */
export interface ReportedFailure {
  readonly code: Failure["code"];
  /** Its subject: a place in the config such as "apps.web", or a target. */
  readonly subject: string | undefined;
  readonly summary: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly location: Location | undefined;
  /** Lines of the file around the place. */
  readonly frame: string | undefined;
}
