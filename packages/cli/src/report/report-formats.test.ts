import { OWN_PATTERNS } from "@sti/source";
import { expect, test } from "vitest";
import { chooseReports, REPORT_FILES, readReport } from "./report-formats.ts";

test.each([
  ["html", { format: "html", file: "sti-report.html" }],
  ["junit", { format: "junit", file: "sti-junit.xml" }],
  ["json=out/a=b.json", { format: "json", file: "out/a=b.json" }],
  ["trace=", undefined],
  ["htm", undefined],
  ["", undefined],
])("--report %s is %j", (written, report) => {
  expect(readReport(written)).toEqual(report);
});

test("a report that is asked for twice is written once", () => {
  const reports = [
    { format: "json", file: "a" },
    { format: "json", file: "b" },
    { format: "json", file: "a" },
  ] as const;
  expect(chooseReports(reports)).toEqual({ reports: reports.slice(0, 2) });
});

test("two reports in one file are refused", () => {
  const chosen = chooseReports([
    { format: "json", file: "a" },
    { format: "html", file: "a" },
  ]);
  expect(chosen).toEqual({ problem: "--report json and html would both write a" });
});

test("no report is part of a source, where it would change the source with each session", () => {
  for (const file of Object.values(REPORT_FILES)) expect(OWN_PATTERNS).toContain(`**/${file}`);
});
