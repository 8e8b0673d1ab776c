// Problems of a session with its store: each kind is reported once, and ends that use of the store.
import type { ResultStore } from "../store/result-store.ts";

/** A use of the store that can be given up while the others go on. */
export type StorePurpose = "read" | "write" | "note" | "point";

const CONSEQUENCES: Readonly<Record<StorePurpose, string>> = {
  read: "cannot be read, results are built as without it",
  write: "cannot be written, new results are not added to it",
  note: "does not take notes about results, they are added without their origin",
  point: "does not take the names of last results, other machines build without their artifacts",
};

export interface StoreProblems {
  /** Whether this use was given up. */
  has(purpose: StorePurpose): boolean;
  giveUp(purpose: StorePurpose, error: Error): void;
}

export function createStoreProblems(
  { repository }: Pick<ResultStore, "repository">,
  { signal, warn }: { readonly signal: AbortSignal; readonly warn: (message: string) => void },
): StoreProblems {
  const given = new Set<StorePurpose>();
  return {
    has: (purpose) => given.has(purpose),
    giveUp: (purpose, error) => {
      if (given.has(purpose) || signal.aborted) return;
      given.add(purpose);
      warn(`the store ${repository} ${CONSEQUENCES[purpose]}: ${error.message}`);
    },
  };
}
