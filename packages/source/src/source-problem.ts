// A problem of a folder, before it is known which targets it concerns.
import type { SourceFailure, WorkspaceFailure } from "@sti/core";

type Unplaced<Failure> = Failure extends { readonly target: string }
  ? Omit<Failure, "target" | "path" | "location">
  : never;

/** A source failure without the target and the place in the config. */
export type SourceProblem = Unplaced<SourceFailure | WorkspaceFailure>;

/** How many paths a problem names at most. */
const NAMED = 10;

export function firstPaths(paths: readonly string[]): readonly string[] {
  return [...paths].sort().slice(0, NAMED);
}
