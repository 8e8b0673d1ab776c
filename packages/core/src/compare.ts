// Comparing at run time. An entry of its own: only the commands that compare load it. The types are in index.ts.
export { compareBehaviour } from "./compare/compare-behaviour.ts";
export { compareCost } from "./compare/compare-cost.ts";
export { toCompareReport } from "./compare/compare-report.ts";
export { coverBase } from "./compare/cover-base.ts";
export { createComparer } from "./compare/create-comparer.ts";
export { deriveVariants } from "./compare/derive-variants.ts";
export { isAtLeast, makeCompareDocument, makeComparison, worstVerdict } from "./compare/make-comparison.ts";
export { observeBehaviour } from "./compare/observe-behaviour.ts";
