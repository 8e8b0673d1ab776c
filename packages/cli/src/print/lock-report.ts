// Report of what `sti lock` changed or found, as lines for people and as JSON for programs. Pure.
import { type LockChange, type LockedImage, shortHash, shortPair } from "@sti/core";
import { sanitizeLine } from "../render/sanitize.ts";

export interface LockReport {
  /** The lock file. */
  readonly file: string;
  /** True: nothing was touched, `changes` is what would be. */
  readonly check: boolean;
  /** There is no such file, and none was written. */
  readonly isMissing: boolean;
  readonly changes: readonly LockChange[];
}

/** Whether the lock file is out of date, or the engine differs from the file. */
export function isOutOfDate({ changes, isMissing }: LockReport): boolean {
  return isMissing || changes.some(({ kind }) => kind !== "unchanged");
}

export function printLockReport(report: LockReport): string {
  const { changes } = report;
  const width = Math.max(0, ...changes.map(({ image }) => image.length));
  const lines = changes.map((change) => describeChange(change, width));
  return `${[...lines, ...(lines.length > 0 ? [""] : []), describeTotal(report)].map(sanitizeLine).join("\n")}\n`;
}

/** Output of `sti lock --json`. */
export interface LockDocument {
  /** Raised when a field changes its meaning or goes away. */
  readonly schemaVersion: 1;
  /** The lock file, absolute. */
  readonly file: string;
  readonly check: boolean;
  readonly upToDate: boolean;
  readonly images: readonly LockDocumentImage[];
}

export interface LockDocumentImage {
  readonly image: string;
  readonly change: LockChange["kind"];
  readonly before: LockedImage | null;
  readonly after: LockedImage | null;
  /** Only of a drifted image: the engine's image under this name; null if it has none. */
  readonly present?: Pick<LockedImage, "digest" | "id"> | null;
}

export function toLockDocument(report: LockReport): LockDocument {
  const { file, check, changes } = report;
  return {
    schemaVersion: 1,
    file,
    check,
    upToDate: !isOutOfDate(report),
    images: changes.map(({ image, kind, before, after, present }) => ({
      image,
      change: kind,
      before: before === undefined ? null : toDocumentImage(before),
      after: after === undefined ? null : toDocumentImage(after),
      ...(kind === "drifted" ? { present: present ?? null } : {}),
    })),
  };
}

function toDocumentImage({ digest, id, platform }: LockedImage): LockedImage {
  return { digest, id, platform };
}

const MARKS = { added: "+", moved: "→", removed: "-", unchanged: "=", drifted: "!" } as const;

function describeChange(change: LockChange, width: number): string {
  return `${MARKS[change.kind]} ${change.image.padEnd(width)}  ${describeImages(change)}`;
}

function describeImages({ kind, before, after, present }: LockChange): string {
  const known = after ?? before;
  switch (kind) {
    case "added":
      return after === undefined ? "is not locked" : `added ${describeLocked(after)}`;
    case "moved": {
      if (before === undefined || after === undefined) return "moved";
      const [was, is] = shortPair(before, after);
      // The same image, of which more or less is known than before.
      return was === is ? `is now ${describeLocked(after)}` : `moved ${was} → ${is}`;
    }
    case "removed":
      return "removed: nothing uses it";
    case "unchanged":
      return `unchanged ${known === undefined ? "" : describeLocked(known)}`;
    case "drifted": {
      if (before === undefined || present === undefined)
        return "locked by its id only, and not in the engine";
      const [was, is] = shortPair(before, present);
      return `locked ${was}, but the engine has ${is}`;
    }
    default:
      return kind satisfies never;
  }
}

function describeLocked({ digest, id, platform }: LockedImage): string {
  return `${shortHash(digest ?? id)} ${platform}${digest === undefined ? " (by its id only)" : ""}`;
}

function describeTotal({ check, changes, isMissing }: LockReport): string {
  if (isMissing) return "sti.lock not found; run sti lock to write it";
  const count = (kind: LockChange["kind"]) => changes.filter((change) => change.kind === kind).length;
  const parts = [
    [count("added"), check ? "not locked" : "added"],
    [count("moved"), "moved"],
    [count("removed"), check ? "that nothing uses" : "removed"],
    [count("drifted"), "different in the engine"],
    [count("unchanged"), check ? "as it should be" : "unchanged"],
  ].filter(([number]) => number !== 0);
  if (parts.length === 0) return "sti.lock: the config uses no images from elsewhere";
  return `sti.lock: ${parts.map(([number, word]) => `${number} ${word}`).join(" · ")}`;
}
