// Checks a config, whatever it came from, against the schema: all problems at once, in the order they are written.
import { type ConfigPath, type Failure, failed, type Result, success, type WrittenConfig } from "@sti/core";
import { Config } from "@sti/core/schema";
import { describeIssue, valueAt, wordsForIssue } from "./describe-issue.ts";

export function validateConfig(config: unknown): Result<WrittenConfig> {
  const parsed = Config.safeParse(config, { error: wordsForIssue });
  if (parsed.success) return success(parsed.data);
  const failures = parsed.error.issues.flatMap((issue) => describeIssue(issue, config));
  return failed(inSourceOrder(withoutMisspelt(failures), config));
}

/** A required key that was misspelt is one problem, not an unknown and a missing one. */
function withoutMisspelt(failures: readonly Failure[]): readonly Failure[] {
  const meant = new Set<string>();
  for (const failure of failures) {
    if (failure.code === "config-unknown-key" && failure.suggestion !== undefined) {
      meant.add(JSON.stringify([...failure.path.slice(0, -1), failure.suggestion]));
    }
  }
  return failures.filter(
    (failure) =>
      failure.code !== "config-invalid" ||
      !failure.message.startsWith("is missing") ||
      !meant.has(JSON.stringify(failure.path)),
  );
}

/** An object's keys are in the order of the source, so no file needs to be parsed to sort by it. */
function inSourceOrder(failures: readonly Failure[], config: unknown): readonly Failure[] {
  const places = new Map(
    failures.map((failure) => [failure, "path" in failure ? positions(config, failure.path) : []]),
  );
  return failures.toSorted((one, other) => compare(places.get(one) ?? [], places.get(other) ?? []));
}

function positions(config: unknown, path: ConfigPath): readonly number[] {
  return path.map((key, depth) => {
    const holder = valueAt(config, path.slice(0, depth));
    const index =
      typeof holder === "object" && holder !== null ? Object.keys(holder).indexOf(String(key)) : -1;
    return index === -1 ? Number.MAX_SAFE_INTEGER : index;
  });
}

function compare(one: readonly number[], other: readonly number[]): number {
  const depth = one.findIndex((position, index) => position !== other[index]);
  if (depth === -1) return one.length - other.length;
  return (one[depth] ?? 0) - (other[depth] ?? -1);
}
