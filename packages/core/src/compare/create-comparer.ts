// Compares images that the engine has: config, files and cost. Reads both at once, and bases only for the origins of
// differences, each once however many comparisons ask. Behaviour is compared elsewhere.
import type { CompareRules } from "../definition/compare-rules.ts";
import type { ImageDetails } from "../engine/image.ts";
import { compareCost } from "./compare-cost.ts";
import type { CompareSession } from "./compare-session.ts";
import type { ComparedImage, Comparison, LevelVerdict } from "./comparison.ts";
import { makeRules } from "./default-rules.ts";
import { diffConfig } from "./diff-config.ts";
import { diffFiles } from "./diff-files.ts";
import { findBase } from "./find-base.ts";
import { findHints } from "./find-hints.ts";
import type { FileList, FilesProgress } from "./image-files.ts";
import { judgeLevel } from "./judge-level.ts";
import { makeComparison } from "./make-comparison.ts";
import { type BaseFacts, originOfConfig, originOfFile } from "./origin.ts";
import { readFiles } from "./read-files.ts";
import type { Change, Rule } from "./rule.ts";

/** One image of a comparison. */
export interface ComparisonSide {
  /** As people call it. */
  readonly name: string;
  readonly details: ImageDetails;
}

export interface CompareOptions {
  readonly rules: CompareRules;
  /** Whether to look into differing contents for the likely reason. */
  readonly hints?: boolean | undefined;
  readonly onProgress?: ((side: "left" | "right", progress: FilesProgress) => void) | undefined;
}

export interface Comparer {
  /** Levels config, files and cost. Rejects with EngineError, or the signal's reason, when nothing is left behind. */
  compare(left: ComparisonSide, right: ComparisonSide, options: CompareOptions): Promise<Comparison>;
}

export function createComparer(session: CompareSession): Comparer {
  const bases = new Map<string, Promise<FileList>>();
  const readBase = (details: ImageDetails) => {
    const known = bases.get(details.id) ?? readFiles(details, session, { mask: [] });
    bases.set(details.id, known);
    return known;
  };
  return {
    async compare(left, right, options) {
      const rules = makeRules(options.rules, session.files);
      const [leftBase, rightBase] = await Promise.all(
        [left, right].map(({ details }) => findBase(session.engine, details, session)),
      );
      const pair: Pair = { left, right, leftBase: leftBase?.details, rightBase: rightBase?.details };
      const config = judgeLevel({
        level: "config",
        changes: diffConfig(left.details, right.details),
        rules,
        originOf: originOfConfig(pair),
      });
      const files = await compareFiles(pair, rules, { session, readBase, options });
      const cost = compareCost(left.details, right.details);
      return makeComparison(describe(left, leftBase), describe(right, rightBase), [config, files, cost]);
    },
  };
}

interface Pair extends BaseFacts {
  readonly left: ComparisonSide;
  readonly right: ComparisonSide;
}

interface Work {
  readonly session: CompareSession;
  readonly readBase: (details: ImageDetails) => Promise<FileList>;
  readonly options: CompareOptions;
}

async function compareFiles(pair: Pair, rules: readonly Rule[], work: Work): Promise<LevelVerdict> {
  const { left, right } = pair;
  const { options, session } = work;
  if (haveSameLayers(left.details, right.details)) {
    const note = left.details.id === right.details.id ? "it is one image" : "both have the same layers";
    return judgeLevel({ level: "files", changes: [], rules, note });
  }
  const { mask } = options.rules;
  const [leftFiles, rightFiles] = await bothOrNone(session, (own) => [
    readFiles(left.details, own, { mask, onProgress: (progress) => options.onProgress?.("left", progress) }),
    readFiles(right.details, own, {
      mask,
      onProgress: (progress) => options.onProgress?.("right", progress),
    }),
  ]);
  const changes = diffFiles(leftFiles, rightFiles);
  const counting = changes.filter((change) => !rules.some((rule) => rule.covers(change)));
  const originOf = counting.length === 0 ? undefined : await findOrigins(pair, work);
  const verdict = judgeLevel({ level: "files", changes, rules, originOf });
  if (options.hints !== true) return verdict;
  return await findHints(verdict, { left: left.details, right: right.details, session });
}

/** Bases that are one image, or none, need not be read. */
async function findOrigins(
  pair: Pair,
  { readBase }: Work,
): Promise<((change: Change) => "base" | "app" | undefined) | undefined> {
  const { leftBase, rightBase } = pair;
  if (leftBase === undefined || rightBase === undefined) return undefined;
  if (leftBase.id === rightBase.id) return () => "app";
  return originOfFile(await readBase(leftBase), await readBase(rightBase));
}

/** Without the other, each is of no use: where one fails, the other is stopped, and both have cleaned up. */
async function bothOrNone<T>(
  session: CompareSession,
  start: (own: CompareSession) => [Promise<T>, Promise<T>],
): Promise<[T, T]> {
  const stop = new AbortController();
  const { signal = stop.signal } = session;
  const started = start({ ...session, signal: AbortSignal.any([signal, stop.signal]) });
  try {
    return await Promise.all(started);
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(started);
    throw error;
  }
}

function haveSameLayers(left: ImageDetails, right: ImageDetails): boolean {
  return (
    left.id === right.id ||
    (left.layers.length > 0 &&
      left.layers.length === right.layers.length &&
      left.layers.every((layer, index) => layer === right.layers[index]))
  );
}

function describe(
  { name, details }: ComparisonSide,
  base: { readonly name: string; readonly details: ImageDetails } | undefined,
): ComparedImage {
  const found = base === undefined ? {} : { base: { name: base.name, id: base.details.id } };
  return { name, id: details.id, ...found };
}
