// From the changes of one level and the rules to its verdict. Finds no change by itself.
import type { CompareLevel, Difference, DifferenceOrigin, FiredRule, LevelVerdict } from "./comparison.ts";
import type { Change, Rule } from "./rule.ts";

/** Number of listed differences for each rule; there may be a change for each file of an image. */
const COVERED_LISTED = 100;

export interface Judgement {
  readonly level: CompareLevel;
  readonly changes: readonly Change[];
  /** The first that covers a change is named. */
  readonly rules: readonly Rule[];
  readonly originOf?: ((change: Change) => DifferenceOrigin | undefined) | undefined;
  readonly note?: string | undefined;
}

export function judgeLevel({ level, changes, rules, originOf, note }: Judgement): LevelVerdict {
  const counting: Difference[] = [];
  const covered = new Map<Rule, { count: number; readonly listed: Difference[] }>();
  for (const change of changes.toSorted(byPlace)) {
    const rule = rules.find((each) => each.covers(change));
    const { files, ...facts } = change;
    const origin = originOf?.(change);
    const difference = { ...facts, ...(origin === undefined ? {} : { origin }) };
    if (rule === undefined) {
      counting.push(difference);
      continue;
    }
    const fired = covered.get(rule) ?? { count: 0, listed: [] };
    covered.set(rule, fired);
    fired.count += 1;
    if (fired.listed.length < COVERED_LISTED) fired.listed.push({ ...difference, rule: rule.name });
  }
  const fired = [...covered].sort(([a], [b]) => compareTexts(a.name, b.name));
  return {
    level,
    verdict: counting.length > 0 ? "different" : covered.size > 0 ? "equivalent" : "identical",
    differences: [...counting, ...fired.flatMap(([, { listed }]) => listed)],
    different: counting.length,
    covered: changes.length - counting.length,
    rules: fired.map(([{ name, about }, { count }]): FiredRule => ({ name, about, count })),
    ...(note === undefined ? {} : { note }),
  };
}

function byPlace(a: Change, b: Change): number {
  return compareTexts(a.path ?? "", b.path ?? "") || compareTexts(a.what, b.what);
}

/** The same everywhere, unlike the order of a language. */
function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
