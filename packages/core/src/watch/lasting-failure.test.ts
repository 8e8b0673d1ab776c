import { describe, expect, it } from "vitest";
import type { FailureCode } from "../failure/failure.ts";
import { FAILURE_KINDS } from "../failure/failure-kinds.ts";
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
  "dependency-layer-removed",
  "queue-unreachable",
  "workers-missing",
  "task-failed",
  "result-missing",
];

describe("isLasting", () => {
  it("is false for these failures by the machine, the network or the moment, and true for all others", () => {
    const codes = Object.keys(FAILURE_KINDS) as FailureCode[];
    expect(codes.filter((code) => !isLasting({ code })).sort()).toEqual([...passing].sort());
  });

  it("is false where the cause is unknown", () => {
    expect(isLasting(undefined)).toBe(false);
  });
});
