// Causes in records of earlier versions, in the words of today: the methods of building had other names.
import { type Cause, readMethod, type TargetRecord } from "@sti/core";

export function withPresentCauses(record: TargetRecord): TargetRecord {
  const builds = record.builds.map((build) => ({ ...build, causes: build.causes.map(presentCause) }));
  return { ...record, builds };
}

function presentCause(cause: Cause): Cause {
  switch (cause.kind) {
    case "field-changed":
      return cause.field === "method"
        ? { ...cause, from: presentMethod(cause.from), to: presentMethod(cause.to) }
        : cause;
    case "target-changed":
    case "target-pending":
      return cause.because === null
        ? cause
        : { ...cause, because: { ...cause.because, cause: presentCause(cause.because.cause) } };
    default:
      return cause;
  }
}

function presentMethod(name: string | null): string | null {
  return name === null ? null : (readMethod(name) ?? name);
}
