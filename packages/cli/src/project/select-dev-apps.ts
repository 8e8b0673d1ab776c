// The selection with what the containers of the selected apps need to be up: other apps, and images of services.
import {
  type AppTarget,
  neededToRun,
  type Result,
  type Selection,
  type ServiceTarget,
  success,
  type TargetGraph,
} from "@sti/core";
import { type SelectOptions, selectChanged } from "./select-changed.ts";

/** `subjects`: of the whole config. */
export async function selectDevApps(
  graph: TargetGraph,
  selection: Selection,
  { subjects, ...options }: SelectOptions & { readonly subjects: readonly (AppTarget | ServiceTarget)[] },
): Promise<Result<Selection>> {
  const { selected } = selection;
  const apps = new Set(subjects.filter(({ kind }) => kind === "app").map(({ name }) => name));
  const needed = neededToRun(selected, subjects);
  const builders = subjects.flatMap((subject) =>
    subject.kind === "service" && needed.has(subject.name) ? (subject.builtBy ?? []) : [],
  );
  const missing = [...[...needed].filter((name) => apps.has(name)), ...builders].filter(
    (name) => !selected.includes(name),
  );
  if (missing.length === 0) return success(selection);
  const targets = [...selected, ...missing];
  return await selectChanged(graph, { ...options, targets, affected: undefined, shard: undefined });
}
