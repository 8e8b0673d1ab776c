import { expect, test } from "vitest";
import { Checks } from "../definition/checks-schema.ts";
import { resolveChecks } from "../definition/resolve-checks.ts";
import { NO_HOST } from "../definition/variables.ts";
import type { Difference, LevelVerdict } from "./comparison.ts";
import { coverBase } from "./cover-base.ts";
import { makeComparison } from "./make-comparison.ts";

const image = { name: "a", id: "sha256:1" };

function level(name: "config" | "files", differences: readonly Difference[]): LevelVerdict {
  const { length } = differences;
  return { level: name, verdict: "different", differences, different: length, covered: 0, rules: [] };
}

function cover(levels: readonly LevelVerdict[], checks: object) {
  const settings = resolveChecks(Checks.parse(checks), { failures: [], host: NO_HOST, path: [] });
  if (settings === undefined) throw new Error("no checks");
  return coverBase(makeComparison(image, image, levels), settings);
}

const file = (path: string, origin: "app" | "base"): Difference => ({
  level: "files",
  what: "content",
  path,
  left: "1",
  right: "2",
  origin,
});

const field = (what: string): Difference => ({
  level: "config",
  what,
  left: "1",
  right: "2",
  origin: "base",
});

const CHECKS = { commands: [{ run: ["true"] }] };

test("what differs between two bases is covered where checks saw the app on both", () => {
  const covered = cover([level("files", [file("/usr/bin/node", "base")])], CHECKS);
  expect(covered).toMatchObject({
    verdict: "equivalent",
    levels: [{ different: 0, rules: [{ name: "base", count: 1 }] }],
  });
});

test("what differs in the app's own files still counts, and is named first", () => {
  const covered = cover([level("files", [file("/usr/bin/node", "base"), file("/srv/app", "app")])], CHECKS);
  expect(covered).toMatchObject({
    verdict: "different",
    levels: [{ different: 1, covered: 1, differences: [{ path: "/srv/app" }, { rule: "base" }] }],
  });
});

test("without a check that could have seen something, differences of the bases count", () => {
  expect(cover([level("files", [file("/usr/bin/node", "base")])], {}).verdict).toBe("different");
});

test("of the config only variables and labels are covered: no check sees the rest", () => {
  expect(cover([level("config", [field("Env")])], CHECKS).verdict).toBe("equivalent");
  expect(cover([level("config", [field("User")])], CHECKS).verdict).toBe("different");
});
