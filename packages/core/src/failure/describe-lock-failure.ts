// The words for lock files: invalid ones, and engines that have other images.
import type { FailureDescription, FormatFile } from "./failure-description.ts";
import type { LockFailure } from "./lock-failure.ts";

export function describeLockFailure(failure: LockFailure, formatFile: FormatFile): FailureDescription {
  switch (failure.code) {
    case "lock-unreadable":
      return {
        summary: `${formatFile(failure.file)} cannot be read: ${failure.message}`,
        hint: "check that it is a readable regular file",
      };
    case "lock-unwritable":
      return {
        summary: `${formatFile(failure.file)} cannot be written: ${failure.message}`,
        hint: "make its folder writable, then run sti lock again",
      };
    case "lock-invalid":
      return {
        summary: `invalid lock file: ${failure.message}`,
        hint: "fix it or restore it from git, then run sti lock",
      };
    case "lock-missing":
      return {
        summary: `${formatFile(failure.file)} not found (required by --frozen)`,
        hint: "run sti lock, and commit the file",
      };
    case "lock-incomplete":
      return {
        summary: `${failure.image} is not in sti.lock`,
        hint: "run sti lock, and commit the file",
      };
    case "lock-drift":
      return describeDrift(failure);
    case "lock-image-unknown":
      return {
        summary: `${failure.image} is not an external image of the config`,
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
      summary: `${image} not found in the engine, and sti.lock has no digest to pull it`,
      detail: detail(locked.id, "none"),
      hint: "build the locked image here, or push it to a registry and run sti lock --update with its name",
    };
  }
  const byDigest = locked.digest !== undefined && present.digest !== undefined;
  return {
    summary: `${image} differs from sti.lock`,
    detail: byDigest ? detail(locked.digest, present.digest) : detail(locked.id, present.id),
    hint:
      locked.digest === undefined
        ? `run sti lock --update ${image} to lock the present image`
        : `run docker rmi ${image} to pull the locked image, or sti lock --update ${image} to lock the newest one`,
  };
}

function describeKnown({ known, suggestion }: Extract<LockFailure, { code: "lock-image-unknown" }>): string {
  if (suggestion !== undefined) return `did you mean "${suggestion}"?`;
  return known.length === 0
    ? "all images of the config are built by targets or pinned by digest"
    : `known: ${known.join(", ")}`;
}
