// Compares the variants that were built, pair by pair. A pair with a variant that was not built is not compared.
import type {
  AppComparison,
  ComparedVariant,
  ImageDetails,
  TargetFinished,
  Variant,
  VariantPair,
} from "@sti/core";
import { type CompareSidesOptions, compareSides } from "./compare-sides.ts";

/** Number of pairs compared at once: each reads two whole images. */
const AT_ONCE = 2;

export interface ComparePairsOptions extends Omit<CompareSidesOptions, "checks" | "rules"> {
  /** Result of each variant. */
  readonly finished: ReadonlyMap<string, TargetFinished>;
  /** False: only the images are compared. */
  readonly checks: boolean;
  readonly rulesOf: (pair: VariantPair) => CompareSidesOptions["rules"];
}

/** In the order of the pairs. Rejects with EngineError or the signal's reason. */
export async function comparePairs(
  pairs: readonly VariantPair[],
  options: ComparePairsOptions,
): Promise<readonly AppComparison[]> {
  const compared: AppComparison[] = [];
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  let next = 0;
  const work = async () => {
    while (next < pairs.length) {
      const index = next;
      next += 1;
      compared[index] = await comparePair(pairs[index] as VariantPair, { ...options, signal });
    }
  };
  const working = Array.from({ length: Math.min(AT_ONCE, pairs.length) }, work);
  try {
    await Promise.all(working);
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(working);
    throw error;
  }
  return compared;
}

async function comparePair(pair: VariantPair, options: ComparePairsOptions): Promise<AppComparison> {
  const { engine, finished, signal } = options;
  const { a, app, b } = pair;
  const inspect = async ({ target }: Variant) => {
    const end = finished.get(target.name);
    if (end?.outcome !== "built" || end.imageId === undefined) return undefined;
    return await engine.inspectImage(end.imageId, { signal });
  };
  const [leftImage, rightImage] = await Promise.all([inspect(a), inspect(b)]);
  const left = describe(a, finished.get(a.target.name), leftImage);
  const right = describe(b, finished.get(b.target.name), rightImage);
  const sides = { app: app.name, left, right };
  if (leftImage === undefined || rightImage === undefined) {
    const missing = [
      ...(leftImage === undefined ? [left] : []),
      ...(rightImage === undefined ? [right] : []),
    ];
    const problem = missing.map(({ label, outcome, reason }) => `${label}: ${outcome}: ${reason}`).join("; ");
    return { ...sides, verdict: "not-compared", problem, notes: [] };
  }
  const side = ({ label, target }: Variant, details: ImageDetails, { duration }: ComparedVariant) => ({
    name: label,
    file: target.name,
    details,
    buildTime: duration,
  });
  const { comparison, logs } = await compareSides(side(a, leftImage, left), side(b, rightImage, right), {
    ...options,
    rules: options.rulesOf(pair),
    checks: options.checks ? app.checks : undefined,
  });
  return {
    ...sides,
    left: { ...left, log: logs[0] },
    right: { ...right, log: logs[1] },
    verdict: comparison.verdict,
    comparison,
    notes: notesOf(pair, finished),
  };
}

function describe(
  { label, target }: Variant,
  end: TargetFinished | undefined,
  image: ImageDetails | undefined,
): ComparedVariant {
  return {
    target: target.name,
    label,
    outcome: end?.outcome ?? "cancelled",
    reason: end?.reason ?? "the session ended before it",
    imageId: image?.id,
    imageSize: image?.size,
    layers: image?.layers.length,
    duration: end?.duration ?? 0,
  };
}

function notesOf({ b }: VariantPair, finished: ReadonlyMap<string, TargetFinished>): readonly string[] {
  const reuse = finished.get(b.target.name)?.reuse;
  if (!b.isIncremental || reuse?.kind !== "clean") return [];
  return [`${b.target.name} was built clean, too: ${reuse.reason}`];
}
