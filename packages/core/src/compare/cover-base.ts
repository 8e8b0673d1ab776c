// The rule about two bases: differences between the bases themselves do not count if checks have seen the app's
// behaviour on both. Without checks they count. Pure.
import type { CheckSettings } from "../definition/checks.ts";
import type { Comparison, Difference, LevelVerdict } from "./comparison.ts";
import { makeComparison } from "./make-comparison.ts";

const RULE = { name: "base", about: "differs between the bases; the checks passed on both" };
/** As of other rules, so much is listed. */
const LISTED = 100;
/** Config fields that the rule covers. The others matter to those who run the image, and no check sees them. */
const FIELDS = new Set(["Env", "Labels"]);

/** Levels that were judged, with the rule about bases. */
export function coverBase(comparison: Comparison, checks: CheckSettings): Comparison {
  if (checks.commands.length + checks.http.length + checks.ports.length === 0) return comparison;
  const { left, levels, right } = comparison;
  return makeComparison(left, right, levels.map(coverLevel));
}

function coverLevel(level: LevelVerdict): LevelVerdict {
  const isOfBase = ({ origin, rule, what }: Difference) =>
    rule === undefined && origin === "base" && (level.level === "files" || FIELDS.has(what));
  const found = level.differences.filter(isOfBase);
  if (found.length === 0) return level;
  const others = level.differences.filter((difference) => !isOfBase(difference));
  const counting = others.filter(({ rule }) => rule === undefined);
  const covered = found.slice(0, LISTED).map((difference) => ({ ...difference, rule: RULE.name }));
  return {
    ...level,
    verdict: counting.length > 0 ? "different" : "equivalent",
    differences: [...counting, ...covered, ...others.filter(({ rule }) => rule !== undefined)],
    different: counting.length,
    covered: level.covered + found.length,
    rules: [{ ...RULE, count: found.length }, ...level.rules],
  };
}
