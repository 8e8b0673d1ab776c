// Compared pairs as reports show them, whether they are two builds of an app or two images.
import type {
  CompareDocument,
  ComparedVariant,
  CompareReport,
  Comparison,
  ImageDetails,
  PairVerdict,
  Verdict,
} from "@sti/core";
import { worstVerdict } from "@sti/core/compare";
import { formatBytes, formatDuration } from "../render/format-amount.ts";

export interface PairsReport {
  /** "2 apps", "2 images". */
  readonly subject: string;
  /** "by both methods"; empty where there is nothing to add. */
  readonly how: string;
  /** The worst verdict that is accepted. */
  readonly require: Verdict;
  readonly verdict: PairVerdict;
  readonly met: boolean;
  readonly pairs: readonly ComparedPair[];
}

export interface ComparedPair {
  readonly name: string;
  /** Class name of JUnit's test cases: "apps.web", "images". */
  readonly group: string;
  readonly left: ComparedSide;
  readonly right: ComparedSide;
  readonly verdict: PairVerdict;
  /** Undefined where a variant was not built. */
  readonly comparison: Comparison | undefined;
  readonly problem: string | undefined;
  readonly notes: readonly string[];
}

export interface ComparedSide {
  readonly label: string;
  /** In words, by their names: build, image, size … */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Milliseconds of its build; 0 where nothing was built. */
  readonly duration: number;
}

const HOW = {
  bases: "on two bases",
  methods: "by both methods",
  repro: "built twice",
  incremental: "incremental and clean",
} as const;

export function appPairs({ apps, kind, met, require, verdict }: CompareReport): PairsReport {
  return {
    subject: apps.length === 1 ? "1 app" : `${apps.length} apps`,
    how: HOW[kind],
    require,
    verdict,
    met,
    pairs: apps.map(({ app, comparison, left, notes, problem, right, verdict }) => ({
      name: app,
      group: `apps.${app}`,
      left: variantSide(left),
      right: variantSide(right),
      verdict,
      comparison,
      problem,
      notes,
    })),
  };
}

/** `details`: of both images of each comparison. */
export function imagePairs(
  { comparisons, met, require }: CompareDocument,
  details: readonly (readonly [left: ImageDetails, right: ImageDetails])[],
): PairsReport {
  const pairs = comparisons.map((comparison, index): ComparedPair => {
    const { left, right, verdict } = comparison;
    const sides = details[index];
    const group = "images";
    const name = `${left.name} and ${right.name}`;
    const both = { left: imageSide(left, sides?.[0]), right: imageSide(right, sides?.[1]) };
    return { name, group, ...both, verdict, comparison, problem: undefined, notes: [] };
  });
  const verdict = worstVerdict(pairs.map((pair) => pair.verdict));
  return { subject: "2 images", how: "", require, verdict, met, pairs };
}

function variantSide(variant: ComparedVariant): ComparedSide {
  const { duration, imageId, imageSize, label, layers, log, outcome, reason } = variant;
  const facts: (readonly [string, string])[] = [["build", `${outcome} in ${formatDuration(duration)}`]];
  if (outcome !== "built") facts.push(["why", reason]);
  if (imageId !== undefined) facts.push(["image", imageId.slice(0, 19)]);
  if (imageSize !== undefined) facts.push(["size", describeSize(imageSize, layers)]);
  if (log !== undefined) facts.push(["log", log]);
  return { label, facts, duration };
}

function imageSide({ base, id, name }: Comparison["left"], details: ImageDetails | undefined): ComparedSide {
  const facts: (readonly [string, string])[] = [["image", id.slice(0, 19)]];
  if (base !== undefined) facts.push(["base", base.name]);
  if (details !== undefined) facts.push(["size", describeSize(details.size, details.layers.length)]);
  return { label: name, facts, duration: 0 };
}

function describeSize(size: number, layers: number | undefined): string {
  return layers === undefined ? formatBytes(size) : `${formatBytes(size)}, ${layers} layers`;
}
