import type { Failure, FailureCode, TargetFinished } from "@sti/core";
import { describe, expect, it } from "vitest";
import { exitCodeFor, exitCodeOf } from "./exit-code.ts";

const web = { target: "web", path: ["apps", "web"] } as const;
const image = "acme/builder";
const unknownKey: Failure = { code: "config-unknown-key", path: ["apps"], key: "x", known: [] };
const pull: Failure = { code: "pull-failed", ...web, image, reason: "network", message: "timeout" };
const unreachable: Failure = {
  code: "engine-unreachable",
  host: "tcp://x",
  from: "DOCKER_HOST",
  reason: "refused",
  message: "",
};
const noScript: Failure = { code: "script-missing", ...web, image, script: "/usr/bin/run" };
const bug: Failure = { code: "bug", message: "x" };

function failedTarget(failure?: Failure): TargetFinished {
  return {
    type: "target-finished",
    at: 0,
    target: "web",
    outcome: "failed",
    reason: "x",
    duration: 1,
    failure,
  };
}

describe("exitCodeFor", () => {
  it("is 0 when nothing failed", () => {
    expect(exitCodeFor({ failures: [] })).toBe(0);
  });

  it.each([
    ["1 for an image that does not keep the contract", noScript, 1],
    ["2 for the config", unknownKey, 2],
    ["3 for an engine that cannot be reached", unreachable, 3],
    ["4 for a failed pull", pull, 4],
    ["70 for a defect", bug, 70],
  ])("is %s", (_words, failure, code) => {
    expect(exitCodeFor({ failures: [failure] })).toBe(code);
  });

  it("takes the gravest of several", () => {
    const order = [noScript, unknownKey, pull, unreachable, bug];
    const codes = order.map((_failure, index) => exitCodeFor({ failures: order.slice(0, index + 1) }));
    expect(codes).toEqual([1, 2, 4, 3, 70]);
  });

  it("lets a signal count more than anything else", () => {
    expect(exitCodeFor({ failures: [bug], signalCode: 130 })).toBe(130);
  });

  it("counts a failed target by its failure, and as 1 when it has none", () => {
    expect(exitCodeFor({ failures: [], targets: [failedTarget(pull)] })).toBe(4);
    expect(exitCodeFor({ failures: [], targets: [failedTarget()] })).toBe(1);
  });
});

/** Scripts rely on these codes. */
const codesByExit: readonly (readonly [number, readonly FailureCode[]])[] = [
  [
    1,
    [
      "source-changed",
      "push-refused",
      "script-missing",
      "script-not-executable",
      "script-interpreter-missing",
      "image-architecture",
      "image-scripts-url",
      "image-inputs-missing",
      "image-onbuild",
      "script-architecture",
      "image-volume",
      "method-unsupported",
      "secrets-unsupported",
      "limit-unsupported",
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
    ],
  ],
  [
    2,
    [
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
      "variable-invalid",
      "selection-invalid",
      "selection-unmatched",
      "changes-unknown",
      "selection-unknown",
      "variant-invalid",
      "recorded-build-unknown",
      "lock-unreadable",
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
      "source-missing",
      "source-not-a-directory",
      "source-empty",
      "source-unreadable",
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
    ],
  ],
  [3, ["engine-unreachable", "engine-unsupported", "engine-context-unknown"]],
  [
    4,
    [
      "lock-unwritable",
      "git-failed",
      "host-trust-unreadable",
      "report-unwritable",
      "image-missing",
      "pull-failed",
      "push-failed",
      "container-removed",
      "dependency-layer-removed",
      "engine-lost",
      "disk-full",
      "engine-error",
    ],
  ],
  [70, ["bug"]],
];

describe("exitCodeOf", () => {
  it.each(codesByExit)("is %d for the same failures in every version", (exitCode, codes) => {
    expect(codes.filter((code) => exitCodeOf(code) !== exitCode)).toEqual([]);
  });
});
