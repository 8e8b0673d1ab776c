// `sti compare` of apps: prints the comparison of two builds of each; the exit code depends on the required verdict.
// The form with two images is compare.ts.
import type { CompareReport, VariantRequest } from "@sti/core";
import { type CompareAppsOptions, compareApps } from "../compare/compare-apps.ts";
import { appPairs } from "../compare/compared-pairs.ts";
import { type CompareView, printCompareReport, printInsufficient } from "../compare/print-compare-report.ts";
import { type CompareReportFile, writeCompareReports } from "../compare/report-files.ts";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import { formatJson } from "../render/format-json.ts";
import { useColour } from "../render/use-colour.ts";

export interface CompareOptions extends CompareAppsOptions {
  readonly json?: boolean;
  /** List every difference that counts. */
  readonly list?: boolean;
  /** Files about the comparison. */
  readonly report?: readonly CompareReportFile[];
}

/** Resolves to the exit code: 1 if a verdict is worse than required. */
export async function runCompareApps(
  targets: readonly string[],
  request: VariantRequest,
  options: CompareOptions,
  context: CommandContext,
): Promise<number> {
  // The report goes to standard output alone.
  const stdout = options.json === true ? context.stderr : context.stdout;
  const { exitCode, report } = await compareApps(targets, request, options, { ...context, stdout });
  return report === undefined ? exitCode : await printReport(report, { exitCode, options, context });
}

function extentOf({ list, verbose }: CompareOptions): CompareView["extent"] {
  if (verbose === true) return "all";
  return list === true ? "counting" : "first";
}

async function printReport(
  report: CompareReport,
  {
    context,
    exitCode,
    options,
  }: { readonly exitCode: number; readonly options: CompareOptions; readonly context: CommandContext },
): Promise<number> {
  const { stderr, stdout } = context;
  const isSilent = options.reporter?.includes("silent") === true;
  const view = (stream: NodeJS.WriteStream) => ({
    columns: stream.columns ?? Number.POSITIVE_INFINITY,
    colour: useColour(stream),
    extent: extentOf(options),
    cwd: context.cwd,
  });
  if (options.json === true) stdout.write(formatJson(report, 2));
  else if (options.quiet === true) stderr.write(printInsufficient(report, view(stderr)));
  else if (!isSilent) stdout.write(`\n${printCompareReport(report, view(stdout))}`);
  const result = { document: report, pairs: appPairs(report) };
  const unwritten = await writeCompareReports(options.report ?? [], result, context);
  if (unwritten.length > 0) return reportFailures(unwritten, context);
  // That a variant could not be built is part of the verdict, unless the engine or the machine is to blame.
  const isVerdict =
    exitCode === exitCodes.done || exitCode === exitCodes.targetFailed || exitCode === exitCodes.usage;
  if (!isVerdict) return exitCode;
  return report.met ? exitCodes.done : exitCodes.targetFailed;
}
