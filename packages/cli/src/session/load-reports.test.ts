import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { privateFolder } from "@sti/source/private";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createRecordingOutput } from "../../test/fake-session.ts";
import { ABOUT, reportedSession } from "../../test/reported-session.ts";
import { createRenderer } from "../render/create-renderer.ts";
import { REPORT_FORMATS, type Report } from "../report/report-formats.ts";
import { loadReports } from "./load-reports.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sti-reports-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function render(reports: readonly Report[], events = reportedSession()) {
  const [stdout, stderr] = [createRecordingOutput(), createRecordingOutput()];
  const renderer = createRenderer({
    reporters: [{ name: "silent", file: undefined }],
    reports: await loadReports(reports, {
      planned: () => ({ targets: [], externalImages: undefined }),
      about: async () => ABOUT,
      histories: async () => new Map(),
    }),
    stdout,
    stderr,
    cwd: folder,
    logs: { beside: folder, instead: privateFolder(join(folder, "cache")) },
    env: {},
    now: () => 0,
  });
  for (const event of events) renderer.render(event);
  renderer.close();
  return {
    problems: renderer.problems(),
    written: readdirSync(folder).filter((file) => !file.startsWith(".")),
  };
}

test("each report is a file of its own, written beside what is on the screen", async () => {
  const reports = REPORT_FORMATS.map((format) => ({ format, file: `report.${format}` }));
  const { problems, written } = await render(reports);
  expect(problems).toEqual([]);
  expect(written).toEqual(["report.html", "report.json", "report.junit", "report.trace"]);
  expect(readFileSync(join(folder, "report.html"), "utf8")).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
});

test("nothing is written before the session has finished", async () => {
  const { written } = await render([{ format: "html", file: "report.html" }], reportedSession().slice(0, -1));
  expect(written).toEqual([]);
});

test("a report that cannot be written is a failure, and the others are written", async () => {
  const { problems, written } = await render([
    { format: "junit", file: "missing/junit.xml" },
    { format: "trace", file: "trace.json" },
  ]);
  expect(problems).toMatchObject([{ code: "report-unwritable", file: join(folder, "missing/junit.xml") }]);
  expect(written).toEqual(["trace.json"]);
});
