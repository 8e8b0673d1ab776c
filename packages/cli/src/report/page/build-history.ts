// Builds of earlier sessions, for the page: the records of a target's builds from before this session.
import { describeRecordedBuild, type Records } from "@sti/core";
import { shortKey } from "../../render/format-moment.ts";
import { sanitizeLine } from "../../render/sanitize.ts";
import type { PageHistory } from "./page-state.ts";

/** Of a target, builds from before `before` (milliseconds since 1970). */
export type ReadHistory = (target: string, before: number) => Promise<PageHistory>;

/** Builds of each target that a live page gets when it asks, and that a report contains. */
export const MOST_BUILDS = { live: 20, report: 5 } as const;

export function createHistoryReader(records: Pick<Records, "readTarget">, most: number): ReadHistory {
  return async (target, before) => {
    const recorded = (await records.readTarget(target))?.builds ?? [];
    const earlier = recorded.filter(({ time }) => time < before);
    return {
      count: earlier.length,
      builds: earlier.slice(0, most).map((build) => ({
        at: build.time,
        key: shortKey(build.key),
        reason: sanitizeLine(describeRecordedBuild(build)),
      })),
    };
  };
}
