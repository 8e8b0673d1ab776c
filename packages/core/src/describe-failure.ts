// The texts of a failure, in plain words: the cause, then the next step. The words themselves live in
// describe-*-failure.ts by area; layout and colour belong to the caller.
import { describeBuildFailure } from "./describe-build-failure.ts";
import { describeConfigFailure } from "./describe-config-failure.ts";
import { describeEngineFailure } from "./describe-engine-failure.ts";
import { describeGraphFailure } from "./describe-graph-failure.ts";
import { describeImageFailure } from "./describe-image-failure.ts";
import { describeLockFailure } from "./describe-lock-failure.ts";
import { describeSourceFailure } from "./describe-source-failure.ts";
import { describeWorkspaceFailure } from "./describe-workspace-failure.ts";
import type { Failure } from "./failure.ts";

export { formatPath } from "./format-path.ts";

export interface FailureDescription {
  /** The cause, in one sentence without a full stop. */
  readonly summary: string;
  /** More about the cause; may have several lines. */
  readonly detail?: string;
  /** The next step to take. */
  readonly hint?: string;
}

/** Formats a file's path, e.g. relative to the working directory. */
export type FormatFile = (file: string) => string;

export function describeFailure(
  failure: Failure,
  formatFile: FormatFile = (file) => file,
): FailureDescription {
  switch (failure.code) {
    case "config-not-found":
    case "config-unreadable":
    case "config-syntax":
    case "config-threw":
    case "config-timeout":
    case "config-exited":
    case "config-no-default-export":
    case "override-invalid":
    case "profile-unknown":
    case "config-invalid":
    case "config-unknown-key":
      return describeConfigFailure(failure, formatFile);
    case "reference-invalid":
    case "target-unknown":
    case "tag-duplicate":
    case "graph-cycle":
    case "selection-unknown":
    case "selection-invalid":
    case "selection-unmatched":
    case "changes-unknown":
    case "variant-invalid":
    case "recorded-build-unknown":
      return describeGraphFailure(failure, formatFile);
    case "lock-unreadable":
    case "lock-unwritable":
    case "lock-invalid":
    case "lock-missing":
    case "lock-incomplete":
    case "lock-drift":
    case "lock-image-unknown":
      return describeLockFailure(failure, formatFile);
    case "source-missing":
    case "source-not-a-directory":
    case "source-empty":
    case "source-unreadable":
    case "source-special-file":
    case "source-file-refused":
    case "source-name-invalid":
    case "ignore-invalid":
    case "source-changed":
    case "source-too-large":
    case "source-path-twice":
    case "archive-invalid":
    case "git-ref-unknown":
    case "git-failed":
    case "dockerfile-missing":
    case "dockerfile-invalid":
    case "host-trust-unreadable":
    case "report-unwritable":
    case "durations-unreadable":
      return describeSourceFailure(failure, formatFile);
    case "workspace-missing":
    case "workspace-invalid":
    case "workspace-package-unknown":
    case "workspace-package-twice":
    case "workspace-package-outside":
      return describeWorkspaceFailure(failure, formatFile);
    case "image-missing":
    case "pull-failed":
    case "push-failed":
    case "push-refused":
    case "script-missing":
    case "script-not-executable":
    case "script-interpreter-missing":
    case "script-architecture":
    case "image-architecture":
    case "image-onbuild":
    case "image-volume":
    case "method-unsupported":
    case "secrets-unsupported":
    case "limit-unsupported":
    case "image-shell-missing":
    case "image-user-unknown":
    case "user-not-allowed":
      return describeImageFailure(failure);
    case "script-failed":
    case "script-timed-out":
    case "incremental-impossible":
    case "script-not-started":
    case "dockerfile-failed":
    case "container-removed":
    case "output-empty":
    case "result-unexpected":
      return describeBuildFailure(failure);
    case "engine-unreachable":
    case "engine-unsupported":
    case "engine-context-unknown":
    case "engine-lost":
    case "disk-full":
    case "engine-error":
      return describeEngineFailure(failure);
    case "bug":
      return {
        summary: `this is a defect in sti: ${failure.message}`,
        ...(failure.stack === undefined ? {} : { detail: failure.stack }),
        hint: "please report it with the text above",
      };
    default:
      return failure satisfies never;
  }
}
