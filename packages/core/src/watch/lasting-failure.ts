// Whether a failed target would fail again if it were built from the same inputs.
import type { Failure } from "../failure.ts";

/** Failures that depend on the machine, the network or the moment; all others depend on the inputs alone. */
const PASSING: ReadonlySet<Failure["code"]> = new Set<Failure["code"]>([
  "bug",
  "disk-full",
  "engine-error",
  "engine-lost",
  "git-failed",
  "host-trust-unreadable",
  "image-missing",
  "pull-failed",
  "source-changed",
  "source-empty",
  "source-missing",
  "source-not-a-directory",
  "source-unreadable",
]);

export function isLasting(failure: Pick<Failure, "code"> | undefined): boolean {
  return failure !== undefined && !PASSING.has(failure.code);
}
