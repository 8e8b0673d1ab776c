// Lists the source files that go into a build, for people and as JSON for programs. Pure.
import { type SourceEntry, type SourcePackage, type SourceSnapshot, sourceNotes } from "@sti/core";
import { formatBytes } from "../render/format-amount.ts";
import { sanitizeLine } from "../render/sanitize.ts";

/** A source, and the paths beside it that ignore rules leave out. */
export interface ListedSource {
  readonly snapshot: SourceSnapshot;
  readonly leftOut: readonly LeftOut[];
}

/** Most paths that are printed; the JSON has all. */
const MOST_LEFT_OUT = 20;

export function printFiles({ leftOut, snapshot }: ListedSource): string {
  const shown = snapshot.entries.filter((entry) => entry.kind !== "directory");
  const amounts = shown.map((entry) => (entry.kind === "file" ? formatBytes(entry.size) : "link"));
  const width = Math.max(0, ...amounts.map((amount) => amount.length));
  const lines = shown.map((entry, index) => `${(amounts[index] ?? "").padStart(width)}  ${nameOf(entry)}`);
  const files = shown.length === 1 ? "1 file" : `${shown.length} files`;
  const notes = sourceNotes(snapshot).map((note) => `! ${note}`);
  const sum = `${files}, ${formatBytes(snapshot.size)}`;
  const more = [...printPackages(snapshot), ...printLeftOut(leftOut), ...notes];
  return `${[...lines, sum, ...more].map(sanitizeLine).join("\n")}\n`;
}

function printLeftOut(leftOut: readonly LeftOut[]): readonly string[] {
  if (leftOut.length === 0) return [];
  const shown = leftOut.slice(0, MOST_LEFT_OUT);
  const width = Math.max(...shown.map(({ path }) => path.length));
  const hidden = leftOut.length - shown.length;
  return [
    "left out:",
    ...shown.map((one) => `  ${one.path.padEnd(width)}  ${one.file ?? RULES[one.rules]}`),
    ...(hidden === 0 ? [] : [`  and ${hidden} more`]),
  ];
}

/** Rules that are in no file. */
const RULES: Readonly<Record<LeftOut["rules"], string>> = {
  default: "default rules",
  file: "ignore file",
  config: "ignore in the config",
  sti: "sti's own files",
};

/** The packages of workspaces, each with its reason. */
function printPackages({ packages = [] }: SourceSnapshot): readonly string[] {
  if (packages.length === 0) return [];
  const rows = packages.map(
    (one) => [one.path === "" ? "." : one.path, one.name ?? "", reasonOf(one)] as const,
  );
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const title = packages.length === 1 ? "1 package:" : `${packages.length} packages:`;
  return [
    title,
    ...rows.map(([path, name, reason]) =>
      `  ${path.padEnd(widths[0] ?? 0)}  ${name.padEnd(widths[1] ?? 0)}  ${reason}`.trimEnd(),
    ),
  ];
}

function reasonOf({ extent, reason }: SourcePackage): string {
  if (extent === "root") return "workspace root: manifest, settings, lockfile";
  if (reason === undefined) return "source of the app";
  return `${reason.field} of ${reason.file}${extent === "manifest" ? ", manifest only" : ""}`;
}

/** Output of `sti plan --files --json`. */
export interface FilesDocument extends Pick<SourceSnapshot, "digest" | "size" | "entries"> {
  /** Raised when a field changes its meaning or goes away. */
  readonly schemaVersion: 1;
  readonly target: string;
  /** Null for a source that does not come from git. */
  readonly revision: NonNullable<SourceSnapshot["revision"]> | null;
  /** Packages of workspaces, each with its reason. */
  readonly packages: readonly (Pick<SourcePackage, "path" | "extent"> & {
    readonly name: string | null;
    readonly reason: NonNullable<SourcePackage["reason"]> | null;
  })[];
  /** Paths that ignore rules leave out of folders. */
  readonly leftOut: readonly LeftOut[];
  /** Notes about the source for the user, a sentence each. */
  readonly notes: readonly string[];
}

/** A path that an ignore rule leaves out; a folder stands for everything below it. Relative to the config's folder. */
export interface LeftOut {
  readonly path: string;
  readonly rules: "default" | "file" | "config" | "sti";
  /** The file with the rule; null for rules of other places. */
  readonly file: string | null;
}

export function toFilesDocument(target: string, { leftOut, snapshot }: ListedSource): FilesDocument {
  return {
    schemaVersion: 1,
    target,
    digest: snapshot.digest,
    size: snapshot.size,
    revision: snapshot.revision ?? null,
    packages: (snapshot.packages ?? []).map(({ extent, name, path, reason }) => ({
      path,
      name: name ?? null,
      extent,
      reason: reason ?? null,
    })),
    leftOut,
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
