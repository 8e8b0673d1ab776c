// The renderer that every report is: takes all events, and writes its file once, when the session has finished.

import type { LogOf } from "../render/print-failure.ts";
import type { Output, Renderer } from "../render/renderer.ts";
import { collectReport } from "./collect-report.ts";
import type { SessionReport } from "./session-report.ts";

/** Inputs of a report besides the session. */
export interface ReportContext {
  /** Files are shown relative to this folder. */
  readonly cwd: string;
}

/** A whole file as text. */
export type PrintReport = (report: SessionReport, context: ReportContext) => string;

export function createReportRenderer(options: {
  readonly output: Output;
  readonly print: PrintReport;
  readonly cwd: string;
  readonly logOf: LogOf;
}): Renderer {
  const { cwd, output } = options;
  const collector = collectReport(options);
  return {
    open() {},
    render(event) {
      collector.add(event);
      if (event.type !== "session-finished") return;
      const report = collector.report();
      if (report !== undefined) output.write(options.print(report, { cwd }));
    },
    close() {},
  };
}
