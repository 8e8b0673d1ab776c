// Compares two images by all levels: config and files, behaviour in an app's checks, cost.
import type {
  BehaviourObservation,
  CheckSettings,
  CheckTools,
  CompareRules,
  Comparer,
  Comparison,
  Engine,
  ImageDetails,
} from "@sti/core";
import {
  compareBehaviour,
  compareCost,
  coverBase,
  makeComparison,
  observeBehaviour,
} from "@sti/core/compare";
import type { LogFolder } from "../project/log-folder.ts";
import { capOutput } from "../render/capped-output.ts";
import { createFileOutput } from "../render/file-output.ts";
import { LOG_LIMITS } from "../render/log-files.ts";

export interface ComparedSide {
  /** As people call it. */
  readonly name: string;
  /** Start of the name of its log. */
  readonly file: string;
  readonly details: ImageDetails;
  /** Milliseconds; left out where it was not built for this. */
  readonly buildTime?: number | undefined;
}

export interface CompareSidesOptions {
  readonly engine: Engine;
  readonly comparer: Comparer;
  readonly rules: CompareRules;
  /** Whether differing contents are inspected. */
  readonly hints: boolean;
  /** Undefined: nothing is run. */
  readonly checks: CheckSettings | undefined;
  readonly tools: CheckTools;
  /** Gets the output of the checks' containers. */
  readonly logs: LogFolder;
  readonly newName: () => string;
  readonly signal: AbortSignal;
}

export interface SidesComparison {
  readonly comparison: Comparison;
  /** Files with the output of the checks' containers. */
  readonly logs: readonly [left: string | undefined, right: string | undefined];
}

/** Rejects with EngineError or the signal's reason, when nothing is left behind. */
export async function compareSides(
  left: ComparedSide,
  right: ComparedSide,
  options: CompareSidesOptions,
): Promise<SidesComparison> {
  const { checks, comparer, hints, rules } = options;
  const [comparing, observing] = await Promise.allSettled([
    comparer.compare(left, right, { rules, hints }),
    checks === undefined ? undefined : observeBoth(left, right, checks, options),
  ]);
  const images = settledValue(comparing);
  const observed = settledValue(observing);
  const levels = images.levels.filter(({ level }) => level !== "cost");
  if (checks !== undefined && observed !== undefined) {
    levels.push(compareBehaviour(checks, observed[0].seen, observed[1].seen));
  }
  const cost = compareCost(
    { ...left.details, buildTime: left.buildTime },
    { ...right.details, buildTime: right.buildTime },
  );
  const comparison = makeComparison(images.left, images.right, [...levels, cost]);
  return {
    comparison: checks === undefined ? comparison : coverBase(comparison, checks),
    logs: [observed?.[0].log, observed?.[1].log],
  };
}

function settledValue<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === "rejected") throw settled.reason;
  return settled.value;
}

interface Observed {
  readonly seen: BehaviourObservation;
  readonly log: string | undefined;
}

/** Side by side: what slows one down slows down the other. */
async function observeBoth(
  left: ComparedSide,
  right: ComparedSide,
  checks: CheckSettings,
  options: CompareSidesOptions,
): Promise<readonly [Observed, Observed]> {
  const [one, other] = await Promise.allSettled([
    observe(left, checks, options),
    observe(right, checks, options),
  ]);
  return [settledValue(one), settledValue(other)];
}

async function observe(
  { details, file }: ComparedSide,
  checks: CheckSettings,
  options: CompareSidesOptions,
): Promise<Observed> {
  const log = options.logs.open(`${file}.checks.log`);
  const output =
    log === undefined
      ? undefined
      : capOutput(createFileOutput(log.file, { opened: log.descriptor }), LOG_LIMITS);
  let last: string | undefined;
  try {
    const seen = await observeBehaviour(checks, details, {
      ...options,
      onOutput: (from, { bytes }) => {
        if (from !== last) output?.write(`--- ${from}\n`);
        last = from;
        output?.write(Buffer.from(bytes).toString());
      },
    });
    return { seen, log: log?.file };
  } finally {
    output?.close();
  }
}
