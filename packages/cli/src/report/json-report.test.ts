import { type Plan, type PlannedTarget, toPlanDocument } from "@sti/core";
import { checkDocument } from "@sti/testing/json-documents";
import { expect, test } from "vitest";
import { reportedSession, reportOf, START } from "../../test/reported-session.ts";
import { printJsonReport, toSessionDocument } from "./json-report.ts";

const report = reportOf(reportedSession());
const targets = report.targets.map(
  ({ dependsOn, kind, name, tag }): PlannedTarget => ({
    name,
    kind,
    tag,
    dependsOn,
    method: undefined,
    externalImages: [],
    source: { files: 1, size: 1, digest: "d", notes: [] },
    decision: { kind: "build", key: "k", reason: "its inputs changed", causes: [] },
    reuse: undefined,
    layers: [],
    push: false,
    steps: [{ kind: "tag-image", stage: "result", reference: `docker.io/${tag}`, tag }],
    failures: [],
  }),
);
const planned: Plan = { targets, externalImages: undefined };

test("is the document of the plan with what was done added to it", () => {
  const { execution, targets, ...rest } = toSessionDocument(report, planned);
  const plan = toPlanDocument(planned);
  expect({ ...rest, targets: targets.map(({ execution: _, ...target }) => target) }).toEqual(plan);
  expect(execution).toMatchObject({ session: "s", duration: 3000, criticalPath: ["builder", "api"] });
});

test("what was done has times, steps, failures and the last lines", () => {
  const [, api] = toSessionDocument(report, planned).targets;
  expect(api?.execution).toMatchObject({
    outcome: "failed",
    startedAt: START + 1000,
    duration: 1000,
    failures: [{ code: "dockerfile-failed" }],
    earlierLines: 0,
    log: "/repo/.sti/logs/api.log",
  });
  expect(api?.execution.steps).toHaveLength(2);
  expect(api?.execution.lastLines[0]).toBe("compiling");
});

test("is JSON that fits its schema, as the plan does", () => {
  checkDocument("report", JSON.parse(printJsonReport(report, planned)));
  checkDocument("plan", toPlanDocument(planned));
});
