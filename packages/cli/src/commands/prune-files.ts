// The files of a store that `sti cache prune` removes: packed sources and logs of runs on workers.
import { type ArtifactStore, TASK_LIFE } from "@sti/core";
import type { StoreFiles } from "../print/store-report.ts";

/** Milliseconds: a run uses packed sources of the last hours again, and a task of it may wait for a day. */
const YOUNGEST = 2 * TASK_LIFE;

/** Removes those that no run needs any more. `now`: milliseconds since 1970. Rejects with RegistryError. */
export async function pruneFiles(
  artifacts: Pick<ArtifactStore, "list" | "remove">,
  {
    isDry,
    now,
    olderThan = 0,
    signal,
  }: {
    readonly isDry: boolean;
    readonly now: number;
    /** Milliseconds. */
    readonly olderThan?: number | undefined;
    readonly signal: AbortSignal;
  },
): Promise<StoreFiles> {
  const files = await artifacts.list({ signal });
  const age = Math.max(YOUNGEST, olderThan);
  let [removed, freed] = [0, 0];
  for (const file of files) {
    // One without a time, or of the future, stays.
    if (file.added === undefined || now - file.added < age) continue;
    if (!isDry && !(await artifacts.remove(file, { signal }))) continue;
    removed += 1;
    freed += file.size;
  }
  return { removed, kept: files.length - removed, freed };
}
