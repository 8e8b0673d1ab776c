import type { SourceProblem } from "../disk/source-problem.ts";

/** Carries a problem to where problems are gathered. */
export class WorkspaceError extends Error {
  readonly problem: SourceProblem;
  constructor(problem: SourceProblem) {
    super(problem.code);
    this.name = "WorkspaceError";
    this.problem = problem;
  }
}
