// The facts about each failure code, one row a code. The fields are in AREA-failure.ts, the words in
// describe-AREA-failure.ts.
import type { FailureArea, FailureAreas, FailureCode } from "./failure.ts";

/** The class of a failure; each has an exit code. */
export type FailureExit = "targetFailed" | "usage" | "engine" | "environment" | "bug";

export interface FailureKind<Area extends FailureArea = FailureArea> {
  /** The area whose union contains the failure. */
  readonly area: Area;
  readonly exit: FailureExit;
  /** Depends on the machine, the network or the moment: the same inputs may succeed later. */
  readonly passing: boolean;
}

type AreaOf<Code extends FailureCode> = {
  [Area in FailureArea]: Code extends FailureAreas[Area]["code"] ? Area : never;
}[FailureArea];

export const FAILURE_KINDS: { readonly [Code in FailureCode]: FailureKind<AreaOf<Code>> } = {
  "config-not-found": { area: "config", exit: "usage", passing: false },
  "config-unreadable": { area: "config", exit: "usage", passing: false },
  "config-syntax": { area: "config", exit: "usage", passing: false },
  "config-threw": { area: "config", exit: "usage", passing: false },
  "config-timeout": { area: "config", exit: "usage", passing: false },
  "config-exited": { area: "config", exit: "usage", passing: false },
  "config-no-default-export": { area: "config", exit: "usage", passing: false },
  "profile-unknown": { area: "config", exit: "usage", passing: false },
  "override-invalid": { area: "config", exit: "usage", passing: false },
  "variable-invalid": { area: "config", exit: "usage", passing: false },
  "config-invalid": { area: "config", exit: "usage", passing: false },
  "config-unknown-key": { area: "config", exit: "usage", passing: false },

  "reference-invalid": { area: "graph", exit: "usage", passing: false },
  "target-unknown": { area: "graph", exit: "usage", passing: false },
  "tag-duplicate": { area: "graph", exit: "usage", passing: false },
  "graph-cycle": { area: "graph", exit: "usage", passing: false },
  "selection-unknown": { area: "graph", exit: "usage", passing: false },
  "selection-invalid": { area: "graph", exit: "usage", passing: false },
  "selection-unmatched": { area: "graph", exit: "usage", passing: false },
  "changes-unknown": { area: "graph", exit: "usage", passing: false },
  "platform-invalid": { area: "graph", exit: "usage", passing: false },
  "platform-unbuildable": { area: "graph", exit: "environment", passing: false },
  "variant-invalid": { area: "graph", exit: "usage", passing: false },
  "recorded-build-unknown": { area: "graph", exit: "usage", passing: false },

  "lock-unreadable": { area: "lock", exit: "usage", passing: false },
  "lock-unwritable": { area: "lock", exit: "environment", passing: false },
  "lock-invalid": { area: "lock", exit: "usage", passing: false },
  "lock-missing": { area: "lock", exit: "usage", passing: false },
  "lock-incomplete": { area: "lock", exit: "usage", passing: false },
  "lock-drift": { area: "lock", exit: "usage", passing: false },
  "lock-image-unknown": { area: "lock", exit: "usage", passing: false },

  "source-missing": { area: "source", exit: "usage", passing: true },
  "source-not-a-directory": { area: "source", exit: "usage", passing: true },
  "source-empty": { area: "source", exit: "usage", passing: true },
  "source-unreadable": { area: "source", exit: "usage", passing: true },
  "source-special-file": { area: "source", exit: "usage", passing: false },
  "source-file-refused": { area: "source", exit: "usage", passing: false },
  "source-name-invalid": { area: "source", exit: "usage", passing: false },
  "ignore-invalid": { area: "source", exit: "usage", passing: false },
  // Found only while a target is built, so the config and the sources may be right.
  "source-changed": { area: "source", exit: "targetFailed", passing: true },
  "source-too-large": { area: "source", exit: "usage", passing: false },
  "source-path-twice": { area: "source", exit: "usage", passing: false },
  "archive-invalid": { area: "source", exit: "usage", passing: false },
  "git-ref-unknown": { area: "source", exit: "usage", passing: false },
  "git-failed": { area: "source", exit: "environment", passing: true },
  "dockerfile-missing": { area: "source", exit: "usage", passing: false },
  "dockerfile-invalid": { area: "source", exit: "usage", passing: false },
  "host-trust-unreadable": { area: "source", exit: "environment", passing: true },
  "report-unwritable": { area: "source", exit: "environment", passing: false },
  "durations-unreadable": { area: "source", exit: "usage", passing: false },

  "workspace-missing": { area: "workspace", exit: "usage", passing: false },
  "workspace-invalid": { area: "workspace", exit: "usage", passing: false },
  "workspace-package-unknown": { area: "workspace", exit: "usage", passing: false },
  "workspace-package-twice": { area: "workspace", exit: "usage", passing: false },
  "workspace-package-outside": { area: "workspace", exit: "usage", passing: false },

  "image-missing": { area: "image", exit: "environment", passing: true },
  "pull-failed": { area: "image", exit: "environment", passing: true },
  "push-failed": { area: "image", exit: "environment", passing: false },
  "attest-failed": { area: "image", exit: "environment", passing: false },
  "push-partial": { area: "image", exit: "usage", passing: false },
  "push-refused": { area: "image", exit: "targetFailed", passing: false },
  "script-missing": { area: "image", exit: "targetFailed", passing: false },
  "script-not-executable": { area: "image", exit: "targetFailed", passing: false },
  "script-interpreter-missing": { area: "image", exit: "targetFailed", passing: false },
  "script-architecture": { area: "image", exit: "targetFailed", passing: false },
  "image-architecture": { area: "image", exit: "targetFailed", passing: false },
  "image-scripts-url": { area: "image", exit: "targetFailed", passing: false },
  "image-inputs-missing": { area: "image", exit: "targetFailed", passing: false },
  "image-onbuild": { area: "image", exit: "targetFailed", passing: false },
  "image-volume": { area: "image", exit: "targetFailed", passing: false },
  "method-unsupported": { area: "image", exit: "targetFailed", passing: false },
  "secrets-unsupported": { area: "image", exit: "targetFailed", passing: false },
  "host-trust-refused": { area: "image", exit: "targetFailed", passing: false },
  "limit-unsupported": { area: "image", exit: "targetFailed", passing: false },
  "network-unsupported": { area: "image", exit: "targetFailed", passing: false },
  "image-shell-missing": { area: "image", exit: "targetFailed", passing: false },
  "user-not-allowed": { area: "image", exit: "targetFailed", passing: false },
  "image-user-unknown": { area: "image", exit: "targetFailed", passing: false },

  "script-timed-out": { area: "build", exit: "targetFailed", passing: false },
  "script-failed": { area: "build", exit: "targetFailed", passing: false },
  "incremental-impossible": { area: "build", exit: "targetFailed", passing: false },
  "script-not-started": { area: "build", exit: "targetFailed", passing: false },
  "dockerfile-failed": { area: "build", exit: "targetFailed", passing: false },
  "container-removed": { area: "build", exit: "environment", passing: false },
  "dependency-layer-removed": { area: "build", exit: "environment", passing: true },
  "output-empty": { area: "build", exit: "targetFailed", passing: false },
  "result-unexpected": { area: "build", exit: "targetFailed", passing: false },

  "engine-unreachable": { area: "engine", exit: "engine", passing: false },
  "engine-unsupported": { area: "engine", exit: "engine", passing: false },
  "engine-context-unknown": { area: "engine", exit: "engine", passing: false },
  "engine-lost": { area: "engine", exit: "environment", passing: true },
  "disk-full": { area: "engine", exit: "environment", passing: true },
  "engine-error": { area: "engine", exit: "environment", passing: true },

  "queue-unreachable": { area: "queue", exit: "engine", passing: true },
  "queue-untrusted": { area: "queue", exit: "engine", passing: false },
  "workers-missing": { area: "queue", exit: "engine", passing: true },
  "task-refused": { area: "queue", exit: "environment", passing: false },
  "task-failed": { area: "queue", exit: "environment", passing: true },
  "task-abandoned": { area: "queue", exit: "environment", passing: false },
  "result-missing": { area: "queue", exit: "environment", passing: true },
  "remote-impossible": { area: "queue", exit: "usage", passing: false },

  bug: { area: "bug", exit: "bug", passing: true },
};
