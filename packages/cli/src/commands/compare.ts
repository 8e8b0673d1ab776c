// `sti compare`: are two images equivalent? Each form of the command finds its pairs; this is what they share, and the
// form with two images.
import {
  type CallOptions,
  type CompareRules,
  type Comparison,
  type Engine,
  EngineError,
  failed,
  failureOfError,
  formatSessionId,
  type ImageDetails,
  NO_RULES,
  parseImageReference,
  type Result,
  success,
  type Verdict,
} from "@sti/core";
import { createComparer, makeCompareDocument } from "@sti/core/compare";
import { matchPaths, readImageFiles } from "@sti/source";
import { type BorrowedImage, borrowImage } from "../compare/borrow-image.ts";
import { imagePairs } from "../compare/compared-pairs.ts";
import { findStored } from "../compare/find-stored.ts";
import { type CompareReportFile, writeCompareReports } from "../compare/report-files.ts";
import { readStoredName } from "../compare/stored-name.ts";
import { connectEngine } from "../engine/connect-engine.ts";
import { obtainImage } from "../engine/obtain-image.ts";
import { printComparisons } from "../print/print-comparison.ts";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import type { ProjectFlags } from "../process/flags.ts";
import { limitHeapGrowth } from "../process/limit-heap-growth.ts";
import { currentOwner } from "../process/session-owner.ts";
import { formatJson } from "../render/format-json.ts";
import { drawingStream } from "../render/guard-output.ts";
import { startReadingLine } from "../render/reading-line.ts";
import { sanitizeLine } from "../render/sanitize.ts";

export interface CompareFlags extends Pick<ProjectFlags, "config" | "mode" | "profile" | "set"> {
  readonly engine?: string;
  /** Patterns beside those of the config. */
  readonly ignore?: readonly string[];
  /** The worst verdict that will do; equivalent when left out. */
  readonly require?: Verdict;
  /** Say why contents differ. */
  readonly hints?: boolean;
  readonly json?: boolean;
  /** Every difference that counts. */
  readonly list?: boolean;
  /** Every difference, also those that rules cover. */
  readonly verbose?: boolean;
  /** Print nothing when the verdict will do. */
  readonly quiet?: boolean;
  /** Files about the comparison. */
  readonly report?: readonly CompareReportFile[];
}

/** Resolves to the exit code: 1 if a verdict is worse than required. */
export async function runCompare(
  left: string,
  right: string,
  options: CompareFlags,
  context: CommandContext,
): Promise<number> {
  const names = [left, right].map(readImageName);
  for (const name of names) {
    if (!("problem" in name)) continue;
    context.stderr.write(`sti: ${name.problem}\n`);
    return exitCodes.usage;
  }
  limitHeapGrowth();
  const { signal } = context;
  const connected = await connectEngine({ engine: options.engine, context });
  if (!connected.ok) return reportFailures(connected.failures, context);
  const { engine } = connected.value;
  const borrowed: BorrowedImage[] = [];
  const obtainSide = async (image: string): Promise<Result<ImageDetails> | Refused> => {
    const stored = readStoredName(image);
    if (stored === undefined) return await obtain(engine, image, { signal });
    const found = await findStored(stored, { ...connected.value, command: "compare", options, context });
    if ("failures" in found) return failed(found.failures);
    if ("problem" in found) return { ok: false, problem: found.problem };
    const one = await borrowImage(connected.value, found.image, context);
    borrowed.push(one);
    return success(one.details);
  };
  const refuse = (side: Refused | Extract<Result<ImageDetails>, { readonly ok: false }>) => {
    if ("failures" in side) return reportFailures(side.failures, context);
    context.stderr.write(`sti: ${sanitizeLine(side.problem)}\n`);
    return exitCodes.environment;
  };
  try {
    // One after the other: both may be the same image, and to be pulled.
    const one = await obtainSide(left);
    if (!one.ok) return refuse(one);
    const other = await obtainSide(right);
    if (!other.ok) return refuse(other);
    const rules = { ...NO_RULES, ignore: options.ignore ?? [] };
    const pair = { left: { name: left, details: one.value }, right: { name: right, details: other.value } };
    const comparison = await compareImages(engine, pair, { rules, options, context });
    const code = reportComparisons([comparison], options, context);
    const document = makeCompareDocument([comparison], requiredVerdict(options));
    const pairs = imagePairs(document, [[one.value, other.value]]);
    const unwritten = await writeCompareReports(options.report ?? [], { document, pairs }, context);
    return unwritten.length === 0 ? code : reportFailures(unwritten, context);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const place = { target: { name: left, path: [] }, scriptOf: () => undefined, incremental: false };
    return reportFailures([failureOfError(error, place)], context);
  } finally {
    for (const image of borrowed) await image.release();
  }
}

/** A result that the store does not have. */
interface Refused {
  readonly ok: false;
  readonly problem: string;
}

interface Named {
  readonly name: string;
  readonly details: ImageDetails;
}

async function compareImages(
  engine: Engine,
  { left, right }: { readonly left: Named; readonly right: Named },
  {
    rules,
    options,
    context,
  }: { readonly rules: CompareRules; readonly options: CompareFlags; readonly context: CommandContext },
): Promise<Comparison> {
  const session = formatSessionId(currentOwner());
  let containers = 0;
  const nextName = () => {
    containers += 1;
    return `${session}-${containers}`;
  };
  const files = { readFiles: readImageFiles, matchPaths };
  const comparer = createComparer({ engine, files, nextName, signal: context.signal });
  const line = startReadingLine(drawingStream(context.stderr), options.quiet !== true);
  try {
    return await comparer.compare(left, right, { rules, hints: options.hints, onProgress: line.show });
  } finally {
    line.clear();
  }
}

/** Prints the requested output and resolves to the exit code. */
export function reportComparisons(
  comparisons: readonly Comparison[],
  options: CompareFlags,
  { stdout }: CommandContext,
): number {
  const document = makeCompareDocument(comparisons, requiredVerdict(options));
  if (options.json === true) stdout.write(formatJson(document, 2));
  else if (options.quiet !== true || !document.met) {
    const extent = options.verbose === true ? "all" : options.list === true ? "counting" : "first";
    stdout.write(printComparisons(document, { extent, stream: stdout }));
  }
  return document.met ? exitCodes.done : exitCodes.targetFailed;
}

function requiredVerdict({ require = "equivalent" }: CompareFlags): Verdict {
  return require;
}

const IMAGE_ID = /^sha256:[0-9a-f]{64}$/;

function readImageName(written: string): { readonly problem: string } | { readonly name: string } {
  if (IMAGE_ID.test(written) || readStoredName(written) !== undefined) return { name: written };
  const parsed = parseImageReference(written);
  return "problem" in parsed
    ? { problem: `${written} is not an image reference: it ${parsed.problem}` }
    : { name: written };
}

/** By id only images that the engine has; by reference pulled if missing. */
async function obtain(
  engine: Engine,
  image: string,
  { signal }: Required<CallOptions> & { readonly signal: AbortSignal },
): Promise<Result<ImageDetails>> {
  const parsed = parseImageReference(image);
  if ("reference" in parsed) return await obtainImage(engine, parsed.reference, { image, signal });
  const details = await engine.inspectImage(image, { signal });
  return details === undefined
    ? { ok: false, failures: [{ code: "image-missing", target: image, path: [], image }] }
    : success(details);
}
