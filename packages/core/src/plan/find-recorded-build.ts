// Finds a recorded build of a target: by the number of builds since, or by the start of its key. Pure.
import type { RecordedBuild, TargetRecord } from "./build-record.ts";

/** Shorter ones are numbers of builds. */
const SHORTEST_PREFIX = 4;

/** Whether the text can mean a build at all. */
export function isBuildName(asked: string): boolean {
  return /^(?:\d{1,2}|[0-9a-f]{4,64})$/.test(asked);
}

/** `0` is the last build, `1` the one before it. */
export function findRecordedBuild(
  record: TargetRecord | undefined,
  asked: string,
): RecordedBuild | undefined {
  const builds = record?.builds ?? [];
  if (asked.length < SHORTEST_PREFIX) return builds[Number(asked)];
  return builds.find((build) => build.key.startsWith(asked));
}
