// The outcome of a stage: its value, or every problem it found. Leaf module.
import type { Failure } from "./failure.ts";

/** A stage's value, or all of its problems (never just the first). */
export type Result<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failures: readonly Failure[] };

export function success<Value>(value: Value): Result<Value> {
  return { ok: true, value };
}

export function failed(failures: readonly Failure[]): Result<never> {
  return { ok: false, failures };
}
