// The words for lock files: invalid ones, and engines that have other images.
import type { FailureDescription, FormatFile } from "./failure-description.ts";
import type { LockFailure } from "./lock-failure.ts";

export function describeLockFailure(failure: LockFailure, formatFile: FormatFile): FailureDescription {
  switch (failure.code) {
    case "lock-unreadable":
      return {
        summary: `${formatFile(failure.file)} cannot be read: ${failure.message}`,
        hint: "check that it is a file and that you may read it",
      };
    case "lock-unwritable":
      return {
        summary: `${formatFile(failure.file)} cannot be written: ${failure.message}`,
        hint: "check that you may write to its folder, then run sti lock again",
      };
    case "lock-invalid":
      return {
        summary: `the lock file is broken: ${failure.message}`,
        hint: "correct it, or take it from the last commit; then run sti lock",
      };
    case "lock-missing":
      return {
        summary: `--frozen was given, but there is no ${formatFile(failure.file)}`,
        hint: "run sti lock, and commit the file it writes",
      };
    case "lock-incomplete":
      return {
        summary: `${failure.image} is not in sti.lock`,
        hint: "run sti lock, and commit what it changes",
      };
    case "lock-drift":
      return describeDrift(failure);
    case "lock-image-unknown":
      return {
        summary: `the config uses no image ${failure.image} from elsewhere`,
        hint: describeKnown(failure),
      };
    default:
      return failure satisfies never;
  }
}

function describeDrift({
  image,
  locked,
  present,
}: Extract<LockFailure, { code: "lock-drift" }>): FailureDescription {
  const detail = (was: string, here: string) => `locked: ${was} (${locked.platform})\nhere:   ${here}`;
  if (present === undefined) {
    return {
      summary: `${image} is not in the engine, and sti.lock has no digest to pull it by`,
      detail: detail(locked.id, "none"),
      hint: "make the locked image here, or push it to a registry and run sti lock --update with its name",
    };
  }
  const byDigest = locked.digest !== undefined && present.digest !== undefined;
  return {
    summary: `${image} is not the image that sti.lock has`,
    detail: byDigest ? detail(locked.digest, present.digest) : detail(locked.id, present.id),
    hint:
      locked.digest === undefined
        ? `sti lock --update ${image} locks the one that is here`
        : `to have the locked one, docker rmi ${image}, and it is pulled by its digest; to lock the newest one, sti lock --update ${image}`,
  };
}

function describeKnown({ known, suggestion }: Extract<LockFailure, { code: "lock-image-unknown" }>): string {
  if (suggestion !== undefined) return `did you mean "${suggestion}"?`;
  return known.length === 0
    ? "every image that it uses is made by one of its targets, or written with its digest"
    : `it uses ${known.join(", ")}`;
}
