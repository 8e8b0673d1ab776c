// Exit codes of commands. Each failure has exactly one, by its row in core's failure-kinds.ts.
import { FAILURE_KINDS, type Failure, type FailureCode, type TargetFinished } from "@sti/core";

export const exitCodes = {
  done: 0,
  targetFailed: 1,
  usage: 2,
  engine: 3,
  environment: 4,
  /** Set by bin/sti.cjs, which an old Node.js must be able to run without any import. */
  nodeTooOld: 69,
  bug: 70,
} as const;

export interface Ending {
  readonly failures: readonly Failure[];
  /** Results of targets; failed ones count even without a failure of their own. */
  readonly targets?: readonly TargetFinished[];
  /** 128 plus the number of the signal that stopped the command. */
  readonly signalCode?: number | undefined;
}

/** A signal counts most, then 70, 3, 4, 2 and 1. */
export function exitCodeFor({ failures, targets = [], signalCode }: Ending): number {
  if (signalCode !== undefined) return signalCode;
  const codes = new Set<number>(failures.map(({ code }) => exitCodeOf(code)));
  for (const target of targets) {
    if (target.outcome !== "failed") continue;
    const own = [target.failure, ...(target.otherFailures ?? [])].filter((failure) => failure !== undefined);
    if (own.length === 0) codes.add(exitCodes.targetFailed);
    for (const failure of own) codes.add(exitCodeOf(failure.code));
  }
  return gravest.find((code) => codes.has(code)) ?? exitCodes.done;
}

export function exitCodeOf(code: FailureCode): number {
  return exitCodes[FAILURE_KINDS[code].exit];
}

const gravest: readonly number[] = [
  exitCodes.bug,
  exitCodes.engine,
  exitCodes.environment,
  exitCodes.usage,
  exitCodes.targetFailed,
];
