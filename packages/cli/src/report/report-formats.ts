// Reports that a session writes, and their files, read from the command line. session/load-reports.ts creates them.

/** Everything that --report can name, with the file it is written to unless one is given. */
export const REPORT_FILES = {
  html: "sti-report.html",
  json: "sti-report.json",
  junit: "sti-junit.xml",
  trace: "sti-trace.json",
} as const;

export type ReportFormat = keyof typeof REPORT_FILES;

export const REPORT_FORMATS = Object.keys(REPORT_FILES) as readonly ReportFormat[];

export interface Report {
  readonly format: ReportFormat;
  /** As given on the command line. */
  readonly file: string;
}

/** Reads FORMAT or FORMAT=FILE; undefined where it is neither. */
export function readReport(written: string): Report | undefined {
  const [, name = written, file] = /^([a-z]+)=(.+)$/s.exec(written) ?? [];
  const format = REPORT_FORMATS.find((known) => known === name);
  return format === undefined ? undefined : { format, file: file ?? REPORT_FILES[format] };
}

/** The same report asked for twice is one; two reports in one file are a problem. */
export function chooseReports(
  wishes: readonly Report[],
): { readonly reports: readonly Report[] } | { readonly problem: string } {
  const byFile = new Map<string, Report>();
  for (const report of wishes) {
    const other = byFile.get(report.file);
    if (other !== undefined && other.format !== report.format) {
      return { problem: `--report ${other.format} and ${report.format} would both write ${report.file}` };
    }
    byFile.set(report.file, report);
  }
  return { reports: [...byFile.values()] };
}
