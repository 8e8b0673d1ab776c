// The renderer that every report is: takes all events, and writes its file once, when the session has finished.

import type { ObserverPlace, ReportPlace } from "../render/create-renderer.ts";
import type { Renderer } from "../render/renderer.ts";
import type { SessionReport } from "./session-report.ts";
import { toReport } from "./to-report.ts";

/** Inputs of a report besides the session in words. */
export type ReportContext = ObserverPlace;

/** A whole file as text. */
export type PrintReport = (report: SessionReport, context: ReportContext) => string;

export function createReportRenderer(options: ReportPlace & { readonly print: PrintReport }): Renderer {
  const { output, session } = options;
  return {
    open() {},
    render(event) {
      if (event.type !== "session-finished") return;
      const report = toReport(session, options);
      if (report !== undefined) output.write(options.print(report, options));
    },
    close() {},
  };
}
