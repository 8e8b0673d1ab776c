// The result of a comparison of apps, as data for JSON: an app's two variants, the levels, the verdict. Pure.
import type { TargetFinished } from "../execute/event.ts";
import type { Comparison, PairVerdict, Verdict } from "./comparison.ts";
import type { VariantRequest } from "./derive-variants.ts";
import { isAtLeast, worstVerdict } from "./make-comparison.ts";

/** One side of an app's comparison. */
export interface ComparedVariant {
  /** Its name in the session: "web@a". */
  readonly target: string;
  /** Its difference from the app: "acme/node-builder:next", "container method". */
  readonly label: string;
  readonly outcome: TargetFinished["outcome"];
  /** The reason of its outcome. */
  readonly reason: string;
  /** Only of one that was built. */
  readonly imageId?: string | undefined;
  /** Bytes, all layers together. */
  readonly imageSize?: number | undefined;
  readonly layers?: number | undefined;
  /** Milliseconds that building it took. */
  readonly duration: number;
  /** File with the output of the checks' containers. */
  readonly log?: string | undefined;
}

export interface AppComparison {
  readonly app: string;
  readonly left: ComparedVariant;
  readonly right: ComparedVariant;
  /** The worst of the levels'; "not-compared" where a variant was not built. Cost decides nothing. */
  readonly verdict: PairVerdict;
  /** Undefined where a variant was not built. */
  readonly comparison?: Comparison | undefined;
  /** The reason why there is nothing to compare. */
  readonly problem?: string | undefined;
  /** Notes about the verdict for the user: "web@incremental was built clean: build image changed". */
  readonly notes: readonly string[];
}

export const COMPARE_REPORT_VERSION = 1;

export interface CompareReport {
  readonly schemaVersion: typeof COMPARE_REPORT_VERSION;
  /** The difference between the variants. */
  readonly kind: VariantRequest["kind"];
  /** The worst verdict that is accepted. */
  readonly require: Verdict;
  /** The worst of the apps'. */
  readonly verdict: PairVerdict;
  readonly met: boolean;
  readonly apps: readonly AppComparison[];
}

export function toCompareReport(
  apps: readonly AppComparison[],
  { kind, require }: Pick<CompareReport, "kind" | "require">,
): CompareReport {
  const verdict = worstVerdict(apps.map((app) => app.verdict));
  return {
    schemaVersion: COMPARE_REPORT_VERSION,
    kind,
    require,
    verdict,
    met: isAtLeast(verdict, require),
    apps,
  };
}
