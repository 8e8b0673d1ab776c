// Lists the source files that go into a build, for people and as JSON for programs. Pure.
import { type SourceEntry, type SourceSnapshot, sourceNotes } from "@sti/core";
import { formatBytes } from "../render/format-amount.ts";
import { sanitizeLine } from "../render/sanitize.ts";

export function printFiles(snapshot: SourceSnapshot): string {
  const shown = snapshot.entries.filter((entry) => entry.kind !== "directory");
  const amounts = shown.map((entry) => (entry.kind === "file" ? formatBytes(entry.size) : "link"));
  const width = Math.max(0, ...amounts.map((amount) => amount.length));
  const lines = shown.map((entry, index) => `${(amounts[index] ?? "").padStart(width)}  ${nameOf(entry)}`);
  const files = shown.length === 1 ? "1 file" : `${shown.length} files`;
  const notes = sourceNotes(snapshot).map((note) => `! ${note}`);
  return `${[...lines, `${files}, ${formatBytes(snapshot.size)}`, ...notes].map(sanitizeLine).join("\n")}\n`;
}

/** Output of `sti plan --files --json`. */
export interface FilesDocument extends Pick<SourceSnapshot, "digest" | "size" | "entries"> {
  /** Raised when a field changes its meaning or goes away. */
  readonly schemaVersion: 1;
  readonly target: string;
  /** Null for a source that does not come from git. */
  readonly revision: NonNullable<SourceSnapshot["revision"]> | null;
  /** Notes about the source for the user, a sentence each. */
  readonly notes: readonly string[];
}

export function toFilesDocument(target: string, snapshot: SourceSnapshot): FilesDocument {
  return {
    schemaVersion: 1,
    target,
    digest: snapshot.digest,
    size: snapshot.size,
    revision: snapshot.revision ?? null,
    notes: sourceNotes(snapshot),
    entries: snapshot.entries,
  };
}

function nameOf(entry: SourceEntry): string {
  switch (entry.kind) {
    case "file":
      return `${entry.path}${entry.executable ? " *" : ""}`;
    case "symlink":
      return `${entry.path} -> ${entry.linkTarget}`;
    case "directory":
      return `${entry.path}/`;
    default:
      return entry satisfies never;
  }
}
