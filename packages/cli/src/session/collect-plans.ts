// The plan of a session as it turned out: each target as it was decided, and those that were never reached as they
// were planned before anything ran.
import { type DecisionInputs, type Plan, type PlannedTarget, planPlatforms } from "@sti/core";
import { matchPaths } from "@sti/source";
import type { Project } from "../project/load-project.ts";

export interface PlanCollector {
  readonly onPlanned: (target: PlannedTarget) => void;
  readonly planned: () => Plan;
}

export function collectPlans(
  project: Project,
  known: Pick<DecisionInputs, "facts" | "identities" | "flags" | "lock">,
): PlanCollector {
  const decided = new Map<string, PlannedTarget>();
  return {
    onPlanned: (target) => void decided.set(target.name, target),
    planned: () => {
      const before = planPlatforms({
        ...project,
        ...known,
        matchPaths,
        imageFacts: () => undefined,
        pasts: new Map(),
      });
      const targets = before.targets.map((target) => {
        const planned = decided.get(target.name) ?? target;
        return { ...planned, failures: project.place(planned.failures) };
      });
      return { ...before, targets };
    },
  };
}
