import type { Failure, TargetFinished } from "@sti/core";
import { describe, expect, it } from "vitest";
import { exitCodeFor } from "./exit-code.ts";

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
