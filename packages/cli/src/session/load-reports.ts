// Makes the renderers of the reports that a session is to write. The code of a format is loaded only when it is asked
// for: the drawing of the graph brings a library.
import type { Plan } from "@sti/core";
import type { ReportFile } from "../render/create-renderer.ts";
import type { Report } from "../report/report-formats.ts";
import { createReportRenderer, type PrintReport } from "../report/report-renderer.ts";

/** `planned` is asked once, by the JSON report, when the session has ended. */
export async function loadReports(
  reports: readonly Report[],
  { planned }: { readonly planned: () => Plan },
): Promise<readonly ReportFile[]> {
  return await Promise.all(
    reports.map(async ({ file, format }) => {
      const print = await loadReport(format, planned);
      return { file, create: (place) => createReportRenderer({ ...place, print }) };
    }),
  );
}

async function loadReport(format: Report["format"], planned: () => Plan): Promise<PrintReport> {
  switch (format) {
    case "html":
      return (await import("../report/page/html-report.ts")).printHtmlReport;
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
