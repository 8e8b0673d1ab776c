// Warns once when git cannot be asked for the commits that labels name: they would be missing without a word.
import type { Project } from "./load-project.ts";

/** The project's own function, which warns the first time that it is asked in vain. */
export function warnOfCheckouts(
  { checkoutProblem, withCheckouts }: Pick<Project, "checkoutProblem" | "withCheckouts">,
  warn: (message: string) => void,
): Project["withCheckouts"] {
  let isWarned = false;
  return async () => {
    const located = await withCheckouts();
    const problem = checkoutProblem();
    if (problem !== undefined && !isWarned) warn(nameLabelProblem(problem));
    isWarned = true;
    return located;
  };
}

export function nameLabelProblem(problem: string): string {
  return `no revision labels: ${problem}`;
}
