// The fingerprints of a source's files for the build history, and the differences between two of them. Pure.
import type { SourceEntry, SourceSnapshot } from "../source/source.ts";
import type { SourceFiles } from "./build-record.ts";
import type { FileChange } from "./cause.ts";

/** Hex digits of a file's digest: enough to distinguish versions of one file. */
const DIGITS = 32;
/** The order in which changes are reported. */
const CHANGES: readonly FileChange[] = [
  "edited",
  "added",
  "removed",
  "made-executable",
  "made-plain",
  "link-changed",
  "replaced",
];
const FOLDER = "/";
const LINK = "→";

/** Everything that distinguishes one version of an entry from another. */
export function fingerprint(entry: SourceEntry): string {
  switch (entry.kind) {
    case "file":
      return `${entry.digest.slice(0, DIGITS)}${entry.executable ? "x" : ""}`;
    case "symlink":
      return `${LINK}${entry.linkTarget}`;
    case "directory":
      return FOLDER;
    default:
      return entry satisfies never;
  }
}

export function recordFiles(snapshot: SourceSnapshot): SourceFiles {
  return Object.fromEntries(snapshot.entries.map((entry) => [entry.path, fingerprint(entry)]));
}

/** The paths that differ, sorted, by how they differ. A folder counts only where nothing in it does. */
export function compareFiles(
  previous: SourceFiles,
  snapshot: SourceSnapshot,
): ReadonlyMap<FileChange, readonly string[]> {
  const differing = new Map<string, FileChange>();
  const present = new Set<string>();
  for (const entry of snapshot.entries) {
    present.add(entry.path);
    const before = Object.hasOwn(previous, entry.path) ? previous[entry.path] : undefined;
    const after = fingerprint(entry);
    if (before !== after) differing.set(entry.path, changeOf(before, after));
  }
  for (const path of Object.keys(previous)) {
    if (!present.has(path)) differing.set(path, "removed");
  }
  const folders = new Set<string>();
  for (const path of differing.keys()) {
    for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
      folders.add(path.slice(0, slash));
    }
  }
  const listed = [...differing].filter(([path]) => !folders.has(path)).sort(([a], [b]) => (a < b ? -1 : 1));
  const pathsOf = (change: FileChange) => listed.flatMap(([path, other]) => (other === change ? [path] : []));
  return new Map(
    CHANGES.map((change) => [change, pathsOf(change)] as const).filter(([, paths]) => paths.length > 0),
  );
}

function changeOf(before: string | undefined, after: string): FileChange {
  if (before === undefined) return "added";
  if (before.startsWith(LINK) && after.startsWith(LINK)) return "link-changed";
  if (!isFile(before) || !isFile(after)) return "replaced";
  if (`${before}x` === after) return "made-executable";
  if (before === `${after}x`) return "made-plain";
  return "edited";
}

function isFile(print: string): boolean {
  return print !== FOLDER && !print.startsWith(LINK);
}
