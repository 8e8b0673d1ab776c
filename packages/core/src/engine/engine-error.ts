// The error of an engine call, and whether the call may have had an effect all the same.

/** The reason of a failed engine call, as far as it matters to sti's next step. */
export type EngineErrorReason =
  | "unreachable-missing-socket"
  | "unreachable-refused"
  | "unreachable-permission"
  | "unreachable-timeout"
  | "unreachable-other"
  | "not-an-engine"
  | "unsupported"
  | "lost"
  | "pull-not-found"
  | "pull-denied"
  | "pull-network"
  | "pull-rate-limit"
  | "push-not-found"
  | "push-denied"
  | "push-network"
  | "push-rate-limit"
  | "build-failed"
  | "build-incomplete"
  | "start-failed"
  /** A volume, or an overlay on one, could not be mounted. */
  | "mount-failed"
  | "disk-full"
  | "not-found"
  | "conflict"
  | "other";

/** The only error an adapter throws, besides the signal's own reason. */
export class EngineError extends Error {
  readonly reason: EngineErrorReason;
  /** The operation in a few words: "create container". */
  readonly operation: string;
  /** HTTP status, where there was one. */
  readonly status: number | undefined;
  /** Exit code of the command that failed inside a build, if the engine reports it. */
  readonly exitCode: number | undefined;
  /** Found out by a look-up after the call: it has changed nothing, or that could not be found out. */
  readonly effect: "none" | "unknown" | undefined;

  constructor(fields: {
    readonly reason: EngineErrorReason;
    readonly operation: string;
    readonly message: string;
    readonly status?: number | undefined;
    readonly exitCode?: number | undefined;
    readonly effect?: "none" | "unknown" | undefined;
    readonly cause?: unknown;
  }) {
    super(fields.message, { cause: fields.cause });
    this.name = "EngineError";
    this.reason = fields.reason;
    this.operation = fields.operation;
    this.status = fields.status;
    this.exitCode = fields.exitCode;
    this.effect = fields.effect;
  }
}

/** Whether the engine may have fulfilled the request: no answer came, or an inconclusive one. */
export function isUncertain(error: unknown): error is EngineError {
  if (!(error instanceof EngineError)) return false;
  if (UNCERTAIN.has(error.reason)) return true;
  // An answer of a registry is certain: the engine only passes it on.
  return (error.status ?? 0) >= 500 && !/^(?:pull|push)-/.test(error.reason);
}

const UNCERTAIN: ReadonlySet<EngineErrorReason> = new Set([
  "lost",
  "unreachable-timeout",
  "unreachable-other",
  "not-an-engine",
  "build-incomplete",
]);
