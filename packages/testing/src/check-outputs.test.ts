import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { checkOutputs } from "./check-outputs.ts";

const LEVELS = { schemaVersion: 1, levels: [["api"]], jobs: { "level-1": ["api"] } };
const WARNING = { type: "session-warning", at: 1, message: "careful" };
const METADATA = { schemaVersion: 1, session: "s", duration: 1, targets: {} };

test.each<[string, readonly string[], unknown]>([
  ["a document", ["ci", "json"], LEVELS],
  ["an event", ["run", "--reporter", "ndjson"], WARNING],
])("%s on standard output is compared with its schema", (_, args, document) => {
  const check = (printed: unknown) => checkOutputs(args, { stdout: JSON.stringify(printed), cwd: "/" });
  check(document);
  expect(() => check({ ...Object(document), surplus: 1 })).toThrow("surplus");
});

test.each<[readonly string[], unknown]>([
  [["run", "--metadata-file", "out.json"], METADATA],
  [["run", "--output-file=ndjson=out.json"], WARNING],
])("the file of %j is compared with its schema", (args, document) => {
  const cwd = mkdtempSync(join(tmpdir(), "sti-test-outputs-"));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  checkOutputs(args, { stdout: "", cwd });
  const check = (written: unknown) => {
    writeFileSync(join(cwd, "out.json"), JSON.stringify(written));
    checkOutputs(args, { stdout: "", cwd });
  };
  check(document);
  expect(() => check({ ...Object(document), surplus: 1 })).toThrow("surplus");
});

test("a command with --json and without a schema is refused", () => {
  expect(() => checkOutputs(["validate", "--json"], { stdout: "{}", cwd: "/" })).toThrow("has no schema");
});
