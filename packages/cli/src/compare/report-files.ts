// Files that a comparison can be written to. The code of a format is loaded on demand.
import { resolve } from "node:path";
import type { CompareDocument, CompareReport, Failure } from "@sti/core";
import { createFileOutput } from "../render/file-output.ts";
import type { PairsReport } from "./compared-pairs.ts";

/** Everything that --report can name, with the file it is written to unless one is given. */
const FILES = {
  html: "sti-compare.html",
  json: "sti-compare.json",
  junit: "sti-compare.xml",
} as const;

type Format = keyof typeof FILES;
export const COMPARE_FORMATS = Object.keys(FILES) as readonly Format[];

export interface CompareReportFile {
  readonly format: Format;
  /** As given on the command line. */
  readonly file: string;
}

/** Reads FORMAT or FORMAT=FILE; undefined where it is neither. */
export function readCompareReport(written: string): CompareReportFile | undefined {
  const [, name = written, file] = /^([a-z]+)=(.+)$/s.exec(written) ?? [];
  const format = COMPARE_FORMATS.find((known) => known === name);
  return format === undefined ? undefined : { format, file: file ?? FILES[format] };
}

/** A comparison as data, and as reports show it. */
export interface ComparisonResult {
  readonly document: CompareReport | CompareDocument;
  readonly pairs: PairsReport;
}

/** Resolves to the files that could not be written. */
export async function writeCompareReports(
  wanted: readonly CompareReportFile[],
  result: ComparisonResult,
  { cwd }: { readonly cwd: string },
): Promise<readonly Failure[]> {
  const unwritten: Failure[] = [];
  for (const { file: name, format } of wanted) {
    const file = resolve(cwd, name);
    const output = createFileOutput(file);
    output.write(await printCompareFile(format, result));
    output.close();
    const message = output.problem();
    if (message !== undefined) unwritten.push({ code: "report-unwritable", file, message });
  }
  return unwritten;
}

async function printCompareFile(format: Format, { document, pairs }: ComparisonResult): Promise<string> {
  switch (format) {
    case "html":
      return (await import("./compare-page.ts")).printComparePage(pairs);
    case "json":
      return `${JSON.stringify(document, null, 2)}\n`;
    case "junit":
      return (await import("./compare-junit.ts")).printCompareJunit(pairs);
    default:
      return format satisfies never;
  }
}
