import { describe, expect, test } from "vitest";
import { chooseReporters, type ReporterName, usualReporter } from "./reporters.ts";

const terminal = { write() {}, isTTY: true };
const pipe = { write() {} };
const plainly = { quiet: false, verbose: false };

describe("without a wish", () => {
  test.each([
    ["a terminal", terminal, {}, "viewport"],
    ["a pipe", pipe, {}, "plain"],
    ["a terminal in CI", terminal, { CI: "true" }, "plain"],
    ["a terminal where CI is off", terminal, { CI: "false" }, "viewport"],
    ["a dumb terminal", terminal, { TERM: "dumb" }, "plain"],
    ["GitHub Actions", pipe, { CI: "true", GITHUB_ACTIONS: "true" }, "github"],
    ["GitLab CI", pipe, { CI: "true", GITLAB_CI: "true" }, "gitlab"],
  ])("%s has the reporter that suits it", (_, stdout, env, name) => {
    expect(usualReporter({ ...plainly, stdout, env })).toBe(name);
  });

  test("--verbose prints plain lines, --quiet only failures", () => {
    expect(usualReporter({ quiet: false, verbose: true, stdout: terminal, env: {} })).toBe("plain");
    expect(usualReporter({ quiet: true, verbose: true, stdout: terminal, env: {} })).toBe("quiet");
  });
});

function choose(reporter: readonly ReporterName[], outputFile: readonly string[] = []) {
  const chosen = chooseReporters({ ...plainly, reporter, outputFile, stdout: pipe, env: {} });
  if ("problem" in chosen) return chosen.problem;
  return chosen.reporters.map(({ file, name }) => (file === undefined ? name : `${name}=${file}`)).join(" ");
}

test.each<[ReporterName[], string[], string]>([
  [[], [], "plain"],
  [["ndjson"], [], "ndjson"],
  [["ndjson"], ["out.ndjson"], "ndjson=out.ndjson"],
  [[], ["ndjson=a=b"], "plain ndjson=a=b"],
  [["viewport", "ndjson"], ["ndjson=out"], "viewport ndjson=out"],
  [["silent"], ["ndjson=out"], "silent ndjson=out"],
  [["plain", "plain"], [], "plain"],
  [["silent", "plain"], [], "silent plain"],
])("reporters %j with files %j are %s", (reporter, outputFile, chosen) => {
  expect(choose(reporter, outputFile)).toBe(chosen);
});

test.each<[ReporterName[], string[], string]>([
  [["plain", "ndjson"], [], "plain and ndjson would both write to standard output"],
  [[], ["out"], "--output-file out: no reporter for the file"],
  [["plain", "ndjson"], ["out"], "--output-file out: no reporter for the file"],
  [[], ["njson=out"], 'unknown reporter "njson"'],
  [[], ["viewport=out"], "viewport does not write to a file"],
  [["ndjson"], ["a", "ndjson=b"], "--output-file names two files for ndjson"],
])("reporters %j with files %j are refused", (reporter, outputFile, problem) => {
  expect(choose(reporter, outputFile)).toContain(problem);
});
