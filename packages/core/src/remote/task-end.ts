// The end of a task. Types only.
import type { ReportedResult } from "../execute/target-result.ts";
import type { Failure } from "../failure/failure.ts";

export type TaskEnd =
  /** A worker has ended the build, whatever its outcome. */
  | { readonly kind: "ended"; readonly result: ReportedResult; readonly worker: string }
  /** No worker has. */
  | { readonly kind: "failed"; readonly failure: Failure };
