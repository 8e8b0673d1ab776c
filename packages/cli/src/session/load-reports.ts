// Makes the renderers of the reports that a session is to write. The code of a format is loaded only when it is asked
// for: the drawing of the graph brings a library.
import type { Plan } from "@sti/core";
import type { ReportFile } from "../render/create-renderer.ts";
import type { PageHistory, SessionAbout } from "../report/page/page-state.ts";
import type { Report } from "../report/report-formats.ts";
import { createReportRenderer, type PrintReport } from "../report/report-renderer.ts";

export interface ReportInputs {
  /** Asked once, by the JSON report, when the session has ended. */
  readonly planned: () => Plan;
  /** Asked where there is a page. */
  readonly about: () => Promise<SessionAbout>;
  /** The builds of earlier sessions, by target; asked where there is a page. */
  readonly histories: () => Promise<ReadonlyMap<string, PageHistory>>;
}

export async function loadReports(
  reports: readonly Report[],
  inputs: ReportInputs,
): Promise<readonly ReportFile[]> {
  return await Promise.all(
    reports.map(async ({ file, format }) => {
      const print = await loadReport(format, inputs);
      return { file, create: (place) => createReportRenderer({ ...place, print }) };
    }),
  );
}

async function loadReport(
  format: Report["format"],
  { about, histories, planned }: ReportInputs,
): Promise<PrintReport> {
  switch (format) {
    case "html": {
      const [{ printPage }, facts, earlier] = await Promise.all([
        import("../report/page/html-report.ts"),
        about(),
        histories(),
      ]);
      return (_report, { cwd, logOf, session }) =>
        printPage(session, { about: facts, kind: "session", cwd, logOf }, earlier);
    }
    case "json": {
      const { printJsonReport } = await import("../report/json-report.ts");
      return (report) => printJsonReport(report, planned());
    }
    case "junit":
      return (await import("../report/junit-report.ts")).printJunitReport;
    case "trace":
      return (await import("../report/trace-report.ts")).printTraceReport;
    default:
      return format satisfies never;
  }
}
