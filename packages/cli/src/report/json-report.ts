// The report for programs: the document of `sti plan --json`, with the session's actions in `execution`.
import { type Plan, type PlanDocument, type PlanDocumentTarget, toPlanDocument } from "@sti/core";
import type { SessionReport, TargetReport } from "./session-report.ts";

export interface SessionDocument extends PlanDocument {
  readonly execution: Omit<SessionReport, "targets">;
  readonly targets: readonly (PlanDocumentTarget & { readonly execution: TargetExecution })[];
}

/** Times are milliseconds since 1970, durations milliseconds. */
export interface TargetExecution
  extends Omit<TargetReport, "name" | "kind" | "tag" | "dependsOn" | "output"> {
  readonly lastLines: readonly string[];
  /** Lines that were printed before the last ones. */
  readonly earlierLines: number;
}

/** `planned` has each target as it was decided in the session, or before it where it was never reached. */
export function toSessionDocument(report: SessionReport, planned: Plan): SessionDocument {
  const { targets: reported, ...execution } = report;
  const byName = new Map(reported.map((target) => [target.name, target]));
  const plan = toPlanDocument(planned);
  return {
    ...plan,
    execution,
    targets: plan.targets.flatMap((target) => {
      const ended = byName.get(target.name);
      return ended === undefined ? [] : [{ ...target, execution: toExecution(ended) }];
    }),
  };
}

export function printJsonReport(report: SessionReport, planned: Plan): string {
  return `${JSON.stringify(toSessionDocument(report, planned), null, 2)}\n`;
}

function toExecution(target: TargetReport): TargetExecution {
  const { dependsOn: _, kind: _kind, name: _name, output, tag: _tag, ...execution } = target;
  return { ...execution, lastLines: output.lines, earlierLines: output.left };
}
