import { checkDocument } from "@sti/testing/json-documents";
import { expect, test } from "vitest";
import { reportedSession, reportOf } from "../../test/reported-session.ts";
import { printTraceReport, toTrace } from "./trace-report.ts";

const { traceEvents } = toTrace(reportOf(reportedSession()));
const complete = traceEvents.filter((event) => event.ph === "X");
const targets = complete.filter(({ cat }) => cat === "target");

test("has an event for each target that started, and for what was done for it later", () => {
  expect(targets.map(({ dur, name, ts }) => [name, ts, dur])).toEqual([
    ["builder", 0, 1_000_000],
    ["docs", 48_000, 2000],
    ["site", 60_000, 2_440_000],
    ["api", 1_000_000, 1_000_000],
    ["site", 2_600_000, 300_000],
  ]);
});

test("targets in one slot follow each other, and steps lie within them", () => {
  for (const [index, target] of targets.entries()) {
    for (const other of targets.slice(index + 1)) {
      if (other.tid === target.tid) expect(other.ts).toBeGreaterThanOrEqual(target.ts + target.dur);
    }
  }
  const steps = complete.filter(({ cat }) => cat !== "target");
  expect(steps).toHaveLength(5);
  for (const step of steps) {
    const around = targets.filter(
      ({ dur, tid, ts }) => tid === step.tid && ts <= step.ts && step.ts + step.dur <= ts + dur,
    );
    expect(around.map(({ name }) => name)).toEqual([step.args.target]);
  }
});

test("each slot is named", () => {
  const named = traceEvents.filter((event) => event.ph === "M" && event.name === "thread_name");
  expect(new Set(named.map(({ tid }) => tid))).toEqual(new Set(complete.map(({ tid }) => tid)));
});

test("is JSON that fits its schema", () => {
  checkDocument("trace", JSON.parse(printTraceReport(reportOf(reportedSession()))));
});
