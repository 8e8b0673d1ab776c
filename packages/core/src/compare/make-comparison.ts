// The document of a comparison from its levels, and questions about it.
import {
  COMPARISON_VERSION,
  type CompareDocument,
  type ComparedImage,
  type Comparison,
  type LevelVerdict,
  type PairVerdict,
  type Verdict,
} from "./comparison.ts";

/** Levels in the order of reports. */
export function makeComparison(
  left: ComparedImage,
  right: ComparedImage,
  levels: readonly LevelVerdict[],
): Comparison {
  const judged = levels.filter(({ level }) => level !== "cost").map(({ verdict }) => verdict);
  return { schemaVersion: COMPARISON_VERSION, left, right, verdict: worstVerdict(judged), levels };
}

const ORDER: readonly PairVerdict[] = ["identical", "equivalent", "different", "not-compared"];

/** The worst of all; nothing compared is nothing different. */
export function worstVerdict<Found extends PairVerdict>(verdicts: readonly Found[]): Found | "identical" {
  const isFound = (verdict: PairVerdict): verdict is Found =>
    (verdicts as readonly PairVerdict[]).includes(verdict);
  return ORDER.findLast(isFound) ?? "identical";
}

/** Whether it is at least as good as required. */
export function isAtLeast(verdict: PairVerdict, required: Verdict): boolean {
  return ORDER.indexOf(verdict) <= ORDER.indexOf(required);
}

export function makeCompareDocument(comparisons: readonly Comparison[], require: Verdict): CompareDocument {
  const met = comparisons.every(({ verdict }) => isAtLeast(verdict, require));
  return { schemaVersion: COMPARISON_VERSION, require, met, comparisons };
}
