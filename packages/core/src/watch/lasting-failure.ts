// Whether a failed target would fail again if it were built from the same inputs.
import type { Failure } from "../failure/failure.ts";
import { FAILURE_KINDS } from "../failure/failure-kinds.ts";

export function isLasting(failure: Pick<Failure, "code"> | undefined): boolean {
  return failure !== undefined && !FAILURE_KINDS[failure.code].passing;
}
