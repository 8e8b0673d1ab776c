// The changes that a paused watch has collected, in words.
import type { WaitingChanges } from "@sti/core";

/** "3 changed files and the config wait"; undefined if nothing waits. */
export function describeWaiting({ files, isConfig, isMore }: WaitingChanges): string | undefined {
  const isOne = files === 1 && !isMore;
  const known = `${files}${isMore ? " or more" : ""} changed ${isOne ? "file" : "files"}`;
  const counted = files > 0 ? known : isMore ? "changed files" : undefined;
  if (counted === undefined) return isConfig ? "the changed config waits" : undefined;
  if (isConfig) return `${counted} and the config wait`;
  return `${counted} ${isOne ? "waits" : "wait"}`;
}
