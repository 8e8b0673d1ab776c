// The builds of earlier sessions that a report contains, of each target.
import type { Records } from "@sti/core";
import { createHistoryReader, MOST_BUILDS } from "../report/page/build-history.ts";
import type { PageHistory } from "../report/page/page-state.ts";

/** Asked before the session builds anything. */
export async function readHistories(
  targets: Iterable<string>,
  records: Pick<Records, "readTarget">,
): Promise<ReadonlyMap<string, PageHistory>> {
  const read = createHistoryReader(records, MOST_BUILDS.report);
  return new Map(
    await Promise.all(
      Array.from(targets, async (name) => [name, await read(name, Number.POSITIVE_INFINITY)] as const),
    ),
  );
}
