import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { validateXML } from "xmllint-wasm";
import { placeOf, reportedSession, reportOf } from "../../test/reported-session.ts";
import { printJunitReport } from "./junit-report.ts";
import type { SessionReport } from "./session-report.ts";

const schema = readFileSync(new URL("../../test/junit.xsd", import.meta.url), "utf8");
const print = (report: SessionReport) => printJunitReport(report, placeOf(reportedSession()));
const report = reportOf(reportedSession());

async function problemsOf(xml: string): Promise<readonly string[]> {
  const result = await validateXML({ xml: { fileName: "report.xml", contents: xml }, schema });
  return result.errors.map(({ message }) => message);
}

test("fits the schema that readers of JUnit's XML agree on, whatever was printed", async () => {
  expect(await problemsOf(print(report))).toEqual([]);
});

test("fits it with a problem of the session itself, and with no target at all", async () => {
  const [failure] = report.targets.flatMap(({ failures }) => failures);
  const failures = failure === undefined ? [] : [failure];
  expect(await problemsOf(print({ ...report, failures }))).toEqual([]);
  expect(await problemsOf(print({ ...report, targets: [] }))).toEqual([]);
});

test("the schema finds what is wrong", async () => {
  expect(await problemsOf(print(report).replace("<testcase ", "<testcase wrong='1' "))).toHaveLength(1);
});

test("has one case for each target, named as in the config", () => {
  const cases = [
    ...print(report).matchAll(/<testcase name="(.*?)" classname="(.*?)" time="(.*?)">\n<?(\w*)/g),
  ];
  expect(cases.map(([, name, group, time, inside]) => [group, name, time, inside])).toEqual([
    ["images", "builder", "1.000", ""],
    ["apps", "api", "1.000", "failure"],
    ["apps", "web", "0.000", "skipped"],
    ["apps", "docs", "0.002", ""],
    ["apps", "site", "2.440", ""],
  ]);
});

test("a failure says where and why, and what was printed last", () => {
  const xml = print(report);
  expect(xml).toContain("sti.config.ts:4:7");
  expect(xml).toContain("compiling\n&lt;/pre&gt;");
});
