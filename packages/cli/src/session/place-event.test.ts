import type { Failure, TargetFinished } from "@sti/core";
import { expect, test } from "vitest";
import { placeEvent } from "./place-event.ts";

const missing = (image: string): Failure => ({
  code: "image-missing",
  target: "web",
  path: ["apps", "web", "buildImage"],
  image,
});
const location = { file: "/project/sti.config.ts", line: 3, column: 5 };
const place = (failures: readonly Failure[]) =>
  failures.map((failure) => (failure.code === "image-missing" ? { ...failure, location } : failure));
const finished = (more: Partial<TargetFinished>): TargetFinished => ({
  type: "target-finished",
  at: 1,
  target: "web",
  outcome: "failed",
  reason: "no image",
  duration: 0,
  ...more,
});

test("places each failure of a target, the first one first", () => {
  const event = finished({ failure: missing("a"), otherFailures: [missing("b"), missing("c")] });
  expect(placeEvent(event, place)).toEqual({
    ...event,
    failure: { ...missing("a"), location },
    otherFailures: [
      { ...missing("b"), location },
      { ...missing("c"), location },
    ],
  });
});

test("leaves events without a failure as they are", () => {
  const skipped = finished({ outcome: "skipped" });
  expect(placeEvent(skipped, place)).toBe(skipped);
  const warning = { type: "target-warning", at: 1, target: "web", message: "slow" } as const;
  expect(placeEvent(warning, place)).toBe(warning);
});
