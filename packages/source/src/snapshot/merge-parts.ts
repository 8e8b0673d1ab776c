// Several snapshots as one source: each below its own folder, no path from two of them, but for equal files. Pure.
import {
  formatPath,
  type OutsidePath,
  type SourceEntry,
  type SourcePackage,
  type SourcePart,
  type SourceSnapshot,
} from "@sti/core";
import type { SourceProblem } from "../disk/source-problem.ts";
import { assembleSnapshot } from "./snapshot-stream.ts";

export interface ReadPart {
  readonly part: SourcePart;
  readonly snapshot: SourceSnapshot;
}

export function mergeParts(
  parts: readonly ReadPart[],
): { readonly snapshot: SourceSnapshot } | { readonly problem: SourceProblem } {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && only.part.to === "") return { snapshot: only.snapshot };
  const merged = new Map<string, { readonly entry: SourceEntry; readonly part: SourcePart }>();
  const equal = new Map<SourceSnapshot, Set<string>>();
  for (const { part, snapshot } of parts) {
    for (const entry of [...foldersTo(part.to), ...snapshot.entries.map((one) => below(part.to, one))]) {
      const known = merged.get(entry.path) ?? linkAbove(merged, entry.path);
      if (known === undefined) merged.set(entry.path, { entry, part });
      else if (isEqualFile(known.entry, entry)) {
        equal.set(snapshot, (equal.get(snapshot) ?? new Set()).add(entry.path));
      } else if (known.entry.kind !== "directory" || entry.kind !== "directory") {
        return { problem: twice(entry.path, known.part, part) };
      }
    }
  }
  const entries = [...merged.values()].map(({ entry }) => entry);
  const origin = {
    kind: "parts",
    parts: parts.map(({ part, snapshot }) => ({
      to: part.to,
      snapshot: without(snapshot, equal.get(snapshot), part.to),
    })),
  } as const;
  const revisions = parts.flatMap(({ snapshot }) => snapshot.revision ?? []);
  return {
    snapshot: {
      ...assembleSnapshot(origin, entries),
      revision: revisions.length === 1 ? revisions[0] : undefined,
      binaries: parts.flatMap(({ part, snapshot }) =>
        (snapshot.binaries ?? []).map((binary) => below(part.to, binary)),
      ),
      packages: parts.flatMap(({ part, snapshot }) =>
        (snapshot.packages ?? []).map((one) => placePackage(one, part.to)),
      ),
      outside: parts.flatMap(({ part, snapshot }) =>
        (snapshot.outside ?? []).map((one) => placeOutside(one, part.to)),
      ),
    },
  };
}

/** The same file from two parts, such as the manifest of a package whose folder is a part as well. */
function isEqualFile(one: SourceEntry, other: SourceEntry): boolean {
  return (
    one.kind === "file" &&
    other.kind === "file" &&
    one.path === other.path &&
    one.digest === other.digest &&
    one.executable === other.executable
  );
}

/** A part without the files that an earlier one brings. */
function without(
  snapshot: SourceSnapshot,
  paths: ReadonlySet<string> | undefined,
  to: string,
): SourceSnapshot {
  if (paths === undefined) return snapshot;
  const entries = snapshot.entries.filter((entry) => !paths.has(below(to, entry).path));
  return { ...snapshot, ...assembleSnapshot(snapshot.origin, entries) };
}

function placePackage(one: SourcePackage, to: string): SourcePackage {
  const { path, reason } = one;
  return {
    ...one,
    path: join(to, path),
    reason: reason && { ...reason, file: join(to, reason.file) },
  };
}

function placeOutside(one: OutsidePath, to: string): OutsidePath {
  const { file, part, path, reason } = one;
  return {
    ...one,
    file: join(to, file),
    path: reason === "outside" || reason === "variable" ? path : join(to, path),
    part: part && { ...part, to: join(to, part.to) },
  };
}

function join(folder: string, path: string): string {
  return [folder, path].filter((one) => one !== "").join("/");
}

function below<One extends { readonly path: string }>(to: string, one: One): One {
  return to === "" ? one : { ...one, path: `${to}/${one.path}` };
}

function foldersTo(to: string): readonly SourceEntry[] {
  const names = to === "" ? [] : to.split("/");
  return names.map((_, index) => ({ kind: "directory", path: names.slice(0, index + 1).join("/") }));
}

/** A link or file of another part that a path would go through. */
function linkAbove<Value extends { readonly entry: SourceEntry }>(
  merged: ReadonlyMap<string, Value>,
  path: string,
): Value | undefined {
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
    const above = merged.get(path.slice(0, slash));
    if (above !== undefined) return above.entry.kind === "directory" ? undefined : above;
  }
  return undefined;
}

function twice(file: string, one: SourcePart, other: SourcePart): SourceProblem {
  return { code: "source-path-twice", file, parts: [describe(one), describe(other)] };
}

function describe({ from, path }: SourcePart): string {
  return `${formatPath(path)}: ${nameOf(from)}`;
}

function nameOf(from: SourcePart["from"]): string {
  switch (from.kind) {
    case "path":
      return from.path;
    case "git":
      return from.url;
    case "workspace":
      return from.package;
    default:
      return from satisfies never;
  }
}
