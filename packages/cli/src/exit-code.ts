// Exit codes of commands; every kind of failure has exactly one.
import type { Failure, FailureCode, TargetFinished } from "@sti/core";

export const exitCodes = {
  done: 0,
  targetFailed: 1,
  usage: 2,
  engine: 3,
  environment: 4,
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
  return codeOf[code];
}

const gravest: readonly number[] = [
  exitCodes.bug,
  exitCodes.engine,
  exitCodes.environment,
  exitCodes.usage,
  exitCodes.targetFailed,
];

const { targetFailed, usage, engine, environment, bug } = exitCodes;

const codeOf: Readonly<Record<FailureCode, number>> = {
  "config-not-found": usage,
  "config-unreadable": usage,
  "config-syntax": usage,
  "config-threw": usage,
  "config-timeout": usage,
  "config-exited": usage,
  "config-no-default-export": usage,
  "override-invalid": usage,
  "profile-unknown": usage,
  "durations-unreadable": usage,
  "config-invalid": usage,
  "config-unknown-key": usage,
  "reference-invalid": usage,
  "target-unknown": usage,
  "tag-duplicate": usage,
  "graph-cycle": usage,
  "selection-unknown": usage,
  "selection-invalid": usage,
  "selection-unmatched": usage,
  "changes-unknown": usage,
  "variant-invalid": usage,
  "recorded-build-unknown": usage,
  "lock-unreadable": usage,
  "lock-unwritable": environment,
  "lock-invalid": usage,
  "lock-missing": usage,
  "lock-incomplete": usage,
  "lock-drift": usage,
  "lock-image-unknown": usage,
  "source-missing": usage,
  "source-not-a-directory": usage,
  "source-empty": usage,
  "source-unreadable": usage,
  "source-special-file": usage,
  "source-file-refused": usage,
  "source-name-invalid": usage,
  // Only seen while a target is built, so the config and the sources may well be right.
  "ignore-invalid": 2,
  "source-changed": targetFailed,
  "source-too-large": usage,
  "source-path-twice": usage,
  "archive-invalid": usage,
  "git-ref-unknown": usage,
  "git-failed": environment,
  "workspace-missing": usage,
  "workspace-invalid": usage,
  "workspace-package-unknown": usage,
  "workspace-package-twice": usage,
  "workspace-package-outside": usage,
  "dockerfile-missing": usage,
  "dockerfile-invalid": usage,
  "host-trust-unreadable": environment,
  "report-unwritable": environment,
  "image-missing": environment,
  "pull-failed": environment,
  "push-failed": environment,
  "push-refused": targetFailed,
  "script-missing": targetFailed,
  "script-not-executable": targetFailed,
  "script-interpreter-missing": targetFailed,
  "script-architecture": targetFailed,
  "image-architecture": targetFailed,
  "image-onbuild": targetFailed,
  "image-volume": targetFailed,
  "method-unsupported": targetFailed,
  "secrets-unsupported": targetFailed,
  "limit-unsupported": targetFailed,
  "image-shell-missing": targetFailed,
  "image-user-unknown": targetFailed,
  "user-not-allowed": targetFailed,
  "script-timed-out": targetFailed,
  "script-failed": targetFailed,
  "incremental-impossible": exitCodes.targetFailed,
  "script-not-started": targetFailed,
  "dockerfile-failed": targetFailed,
  "container-removed": environment,
  "output-empty": targetFailed,
  "result-unexpected": targetFailed,
  "engine-unreachable": engine,
  "engine-unsupported": engine,
  "engine-context-unknown": engine,
  "engine-lost": environment,
  "disk-full": environment,
  "engine-error": environment,
  bug,
};
