import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { privateFolder } from "@sti/source/private";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createRecordingOutput, fakeSession } from "../../test/fake-session.ts";
import { createLogFolder } from "../project/log-folder.ts";
import { createRenderer } from "./create-renderer.ts";
import { createLogFiles } from "./log-files.ts";
import type { Reporter } from "./reporters.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sti-logs-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const events = fakeSession({ names: ["api", "web"], concurrency: 2, outcomes: { web: "failed" } });

const logs = () => ({ beside: folder, instead: privateFolder(join(folder, "cache")) });
const logFiles = () => createLogFiles(createLogFolder(logs(), (message) => expect.fail(message)));

function render(reporters: readonly Reporter[]) {
  const [stdout, stderr] = [createRecordingOutput(), createRecordingOutput()];
  const renderer = createRenderer({
    reporters,
    reports: [],
    stdout,
    stderr,
    cwd: folder,
    logs: logs(),
    env: { GITHUB_STEP_SUMMARY: "summary.md" },
    now: () => 0,
  });
  for (const event of events) renderer.render(event);
  renderer.close();
  return { stdout: stdout.text(), stderr: stderr.text(), problems: renderer.problems() };
}

test("all that a target printed is in its file, and the folder ignores itself in git", () => {
  const logs = logFiles();
  for (const event of events) logs.render(event);
  logs.close();
  expect(readFileSync(join(folder, ".sti/logs/web.log"), "utf8")).toContain("web\u001b[0m 日本語の出力");
  expect(readFileSync(join(folder, ".sti/.gitignore"), "utf8")).toBe("*\n");
});

test("of a target that prints without end, the start and the end are kept", () => {
  const capped = createLogFiles(
    createLogFolder(logs(), (message) => expect.fail(message)),
    { head: 1000, tail: 100 },
  );
  for (let line = 0; line < 1000; line += 1) {
    capped.render({ type: "target-output", at: 0, target: "api", stream: "stdout", text: `line ${line}` });
  }
  capped.close();
  const text = readFileSync(join(folder, ".sti/logs/api.log"), "utf8");
  expect(text).toMatch(/^line 0\nline 1\n/);
  expect(text).toMatch(/\n\[sti: \d+ bytes are left out here\]\nline 9\d\d\n[^[]*line 999\n$/);
  expect(text.length).toBeLessThan(1200);
});

test("a session in which nothing is printed makes no folder", () => {
  const logs = logFiles();
  for (const event of events) if (event.type !== "target-output") logs.render(event);
  logs.close();
  expect(existsSync(join(folder, ".sti"))).toBe(false);
  expect(logs.logOf("web")).toBeUndefined();
});

test("a failed target's block names the file", () => {
  expect(render([{ name: "plain", file: undefined }]).stderr).toContain("\n  log: .sti/logs/web.log\n");
});

test("each event is a line of JSON in the file of ndjson, while another reporter shows the session", () => {
  const { problems, stdout } = render([
    { name: "plain", file: undefined },
    { name: "ndjson", file: "events.ndjson" },
  ]);
  const lines = readFileSync(join(folder, "events.ndjson"), "utf8").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual(JSON.parse(JSON.stringify(events)));
  expect(stdout).toContain("✔ api");
  expect(problems).toEqual([]);
});

test("the reporter for GitHub adds to the job's summary", () => {
  render([{ name: "github", file: undefined }]);
  render([{ name: "github", file: undefined }]);
  expect(readFileSync(join(folder, "summary.md"), "utf8").match(/### sti/g)).toHaveLength(2);
});

test("a file that cannot be written is reported at the end and stops nothing", () => {
  const { problems, stdout } = render([
    { name: "plain", file: undefined },
    { name: "ndjson", file: "absent/events.ndjson" },
  ]);
  expect(stdout).toContain("✔ api");
  expect(problems).toMatchObject([{ code: "report-unwritable", file: join(folder, "absent/events.ndjson") }]);
});
