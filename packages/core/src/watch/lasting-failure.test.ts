import { describe, expect, it } from "vitest";
import type { FailureCode } from "../failure.ts";
import { isLasting } from "./lasting-failure.ts";

const passing: readonly FailureCode[] = [
  "source-missing",
  "source-not-a-directory",
  "source-empty",
  "source-unreadable",
  "source-changed",
  "git-failed",
  "host-trust-unreadable",
  "image-missing",
  "pull-failed",
  "engine-lost",
  "disk-full",
  "engine-error",
  "bug",
];

const lasting: readonly FailureCode[] = [
  "config-not-found",
  "config-unreadable",
  "config-syntax",
  "config-threw",
  "config-timeout",
  "config-exited",
  "config-no-default-export",
  "config-invalid",
  "config-unknown-key",
  "reference-invalid",
  "target-unknown",
  "tag-duplicate",
  "graph-cycle",
  "durations-unreadable",
  "profile-unknown",
  "override-invalid",
  "selection-invalid",
  "selection-unmatched",
  "changes-unknown",
  "selection-unknown",
  "variant-invalid",
  "recorded-build-unknown",
  "lock-unreadable",
  "lock-unwritable",
  "lock-invalid",
  "lock-missing",
  "lock-incomplete",
  "lock-drift",
  "lock-image-unknown",
  "workspace-missing",
  "workspace-invalid",
  "workspace-package-unknown",
  "workspace-package-twice",
  "workspace-package-outside",
  "source-file-refused",
  "source-special-file",
  "source-name-invalid",
  "ignore-invalid",
  "source-too-large",
  "source-path-twice",
  "archive-invalid",
  "git-ref-unknown",
  "dockerfile-missing",
  "dockerfile-invalid",
  "report-unwritable",
  "push-failed",
  "push-refused",
  "script-missing",
  "script-not-executable",
  "script-interpreter-missing",
  "image-architecture",
  "image-onbuild",
  "script-architecture",
  "image-volume",
  "method-unsupported",
  "secrets-unsupported",
  "limit-unsupported",
  "container-removed",
  "image-shell-missing",
  "user-not-allowed",
  "script-timed-out",
  "image-user-unknown",
  "script-failed",
  "incremental-impossible",
  "script-not-started",
  "dockerfile-failed",
  "output-empty",
  "result-unexpected",
  "engine-unreachable",
  "engine-unsupported",
  "engine-context-unknown",
];

describe("isLasting", () => {
  it("is false for failures by the machine, the network or the moment", () => {
    expect(passing.filter((code) => isLasting({ code }))).toEqual([]);
  });

  it("is true for failures by the inputs", () => {
    expect(lasting.filter((code) => !isLasting({ code }))).toEqual([]);
  });

  it("is false where the cause is unknown", () => {
    expect(isLasting(undefined)).toBe(false);
  });
});
