// A problem of a folder, before it is known which targets it concerns.
import type { SourceFailure, WorkspaceFailure } from "@sti/core";
import type { FileProblem } from "@sti/files";

type Unplaced<Failure> = Failure extends { readonly target: string }
  ? Omit<Failure, "target" | "path" | "location">
  : never;

/** A source failure without the target and the place in the config. */
export type SourceProblem = Unplaced<SourceFailure | WorkspaceFailure>;

/** Of a file that has to be read for a source: rules, manifests, lockfiles. */
export function problemOfFile({ file, kind, words }: FileProblem): SourceProblem {
  switch (kind) {
    case "missing":
      return { code: "source-missing", file };
    case "denied":
      return { code: "source-unreadable", files: [file] };
    default:
      return { code: "source-file-refused", file, problem: words };
  }
}

/** Maximum number of paths that a problem names. */
const NAMED = 10;

export function firstPaths(paths: readonly string[]): readonly string[] {
  return [...paths].sort().slice(0, NAMED);
}
