// The jobs of a pipeline: one for each dependency level of targets, or several where a level is too large. Pure.

/** GitHub makes no more jobs than this of one matrix, GitLab no more than 200. */
const MOST_JOBS = 200;

export interface Job {
  readonly name: string;
  /** From 1. */
  readonly level: number;
  /** Jobs of the level before. */
  readonly needs: readonly string[];
  readonly targets: readonly string[];
}

/** A level with more targets than a job may have is several jobs. */
export function jobsOf(levels: readonly (readonly string[])[]): readonly Job[] {
  let needs: readonly string[] = [];
  return levels.flatMap((targets, index) => {
    const count = Math.ceil(targets.length / MOST_JOBS);
    const jobs = Array.from(
      { length: count },
      (_, part): Job => ({
        name: count === 1 ? `level-${index + 1}` : `level-${index + 1}-${part + 1}`,
        level: index + 1,
        needs,
        targets: targets.slice(part * MOST_JOBS, (part + 1) * MOST_JOBS),
      }),
    );
    needs = jobs.map(({ name }) => name);
    return jobs;
  });
}

/** Names as texts of YAML: one like 1.0 is no number. */
export function list(names: readonly string[]): string {
  return `[${names.map((name) => JSON.stringify(name)).join(", ")}]`;
}
