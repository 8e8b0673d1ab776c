// Files that a comparison can be written to. The code of a format is loaded on demand.
import type { CompareReport } from "@sti/core";

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

export async function printCompareFile(format: Format, report: CompareReport): Promise<string> {
  switch (format) {
    case "html":
      return (await import("./compare-page.ts")).printComparePage(report);
    case "json":
      return `${JSON.stringify(report, null, 2)}\n`;
    case "junit":
      return (await import("./compare-junit.ts")).printCompareJunit(report);
    default:
      return format satisfies never;
  }
}
