// The report for CI systems that show tests: JUnit's XML, one test case for each target.

import { formatLocation } from "../render/print-failure.ts";
import type { ReportContext } from "./report-renderer.ts";
import type { ReportedFailure, SessionReport, TargetReport } from "./session-report.ts";
import { escapeXml, tag } from "./xml.ts";

export function printJunitReport(report: SessionReport, { cwd }: ReportContext): string {
  const { outcomes, startedAt } = report;
  const counts = {
    tests: report.targets.length,
    failures: outcomes.failed,
    errors: report.failures.length === 0 ? 0 : 1,
  };
  const time = seconds(report.duration);
  // The schema of many readers has no zone: the time is UTC.
  const timestamp = new Date(startedAt).toISOString().slice(0, 19);
  const skipped = outcomes.skipped + outcomes.cancelled;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    tag("testsuites", { name: "sti", ...counts, tests: counts.tests + counts.errors, time }),
    tag("testsuite", {
      name: "sti",
      ...counts,
      tests: counts.tests + counts.errors,
      skipped,
      time,
      timestamp,
    }),
    ...report.targets.map((target) => testCase(target, cwd)),
    ...sessionCase(report.failures, cwd),
    "</testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase(target: TargetReport, cwd: string): string {
  const { duration, failures, kind, log, name, outcome, output, reason } = target;
  const notes = [
    ...target.warnings.map((warning) => `warning: ${warning}`),
    ...(output.left > 0 ? [`${output.left} earlier lines${log === undefined ? "" : ` are in ${log}`}`] : []),
    ...output.lines,
  ];
  return [
    // Together they are the place in the config: apps.web.
    tag("testcase", { name, classname: `${kind}s`, time: seconds(duration) }),
    ...(outcome === "failed"
      ? [
          tag("failure", { message: reason, type: failures[0]?.code ?? "failed" }) +
            escapeXml(failures.map((failure) => failureText(failure, cwd)).join("\n\n")) +
            "</failure>",
        ]
      : []),
    ...(outcome === "skipped" || outcome === "cancelled"
      ? [`${tag("skipped", { message: `${outcome}: ${reason}` })}</skipped>`]
      : []),
    ...(notes.length > 0 ? [`<system-out>${escapeXml(notes.join("\n"))}</system-out>`] : []),
    "</testcase>",
  ].join("\n");
}

/** Failures that belong to no target. */
function sessionCase(failures: readonly ReportedFailure[], cwd: string): readonly string[] {
  const [first] = failures;
  if (first === undefined) return [];
  return [
    tag("testcase", { name: "session", classname: "sti", time: "0.000" }),
    tag("error", { message: first.summary, type: first.code }) +
      escapeXml(failures.map((failure) => failureText(failure, cwd)).join("\n\n")) +
      "</error>",
    "</testcase>",
  ];
}

function failureText(failure: ReportedFailure, cwd: string): string {
  const { detail, frame, hint, location, subject, summary } = failure;
  return [
    subject === undefined ? summary : `${subject}: ${summary}`,
    ...(location === undefined ? [] : [formatLocation(location, cwd)]),
    ...(detail === undefined ? [] : [detail]),
    ...(frame === undefined ? [] : [frame]),
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
  ].join("\n");
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
