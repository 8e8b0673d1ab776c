// Finds the run that a command means.
import { suggest } from "@sti/core";
import type { DetachedRun } from "./detached-runs.ts";

/** `id`: whole, or its first characters; undefined: the newest. The problem is a sentence with a next step. */
export function chooseRun(
  id: string | undefined,
  runs: readonly DetachedRun[],
): { readonly run: DetachedRun } | { readonly problem: string } {
  const [newest] = runs;
  if (newest === undefined)
    return { problem: "no run was detached here: sti run --on QUEUE --detach starts one" };
  if (id === undefined) return { run: newest };
  const found = runs.filter((run) => run.id.startsWith(id));
  const [run] = found;
  if (run !== undefined && found.length === 1) return { run };
  const known = runs.map((one) => one.id);
  const near = suggest(id, known);
  const hint = near === undefined ? `there are ${known.slice(0, 10).join(", ")}` : `did you mean ${near}?`;
  return { problem: `${found.length === 0 ? "no run" : "several runs"} ${JSON.stringify(id)}; ${hint}` };
}
