import { expect, test } from "vitest";
import { findErrorRank } from "./error-lines.ts";

test.each([
  "src/index.ts(12,7): error TS2322: Type 'string' is not assignable to type 'number'.",
  "src/index.ts:12:7 - error TS2322: Type 'string' is not assignable to type 'number'.",
  "\u001B[31mnpm error\u001B[39m code EUSAGE",
  "npm ERR! code ERESOLVE",
  'npm error Missing script: "build"',
  ' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile"',
  "[ERR_PNPM_NO_MATCHING_VERSION] No matching version found for a@9",
  "error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.",
  "➤ YN0028: │ The lockfile would have been modified by this install, which is explicitly forbidden.",
  "Error: Cannot find module './missing'",
  'TypeError [ERR_INVALID_ARG_TYPE]: The "path" argument must be of type string.',
  "Traceback (most recent call last):",
  "ModuleNotFoundError: No module named 'flask'",
  "requests.exceptions.ConnectionError: no route",
  "ERROR: Could not find a version that satisfies the requirement flask==99",
  "error during build:",
  '✘ [ERROR] Could not resolve "x"',
  "Failed to compile.",
  "ERROR in ./src/index.js 1:0",
  "./main.go:7:2: undefined: x",
  "go: example.com/m@v1.0.0: reading go.mod: 404",
  "main.c:3:5: error: expected ';' before 'return'",
  "src/Main.java:3: error: cannot find symbol",
  "e: file:///src/Main.kt:3:5 Unresolved reference 'x'.",
  "error[E0425]: cannot find value `x` in this scope",
  "[ERROR] COMPILATION ERROR :",
  "* What went wrong:",
  "Program.cs(3,5): error CS0103: The name 'x' does not exist",
  "PHP Parse error: syntax error, unexpected token",
  "Your requirements could not be resolved to an installable set of packages.",
  "syntax error at app.pl line 3.",
  "E: Unable to locate package nothing",
  "fatal: not a git repository",
  "panic: runtime error: index out of range",
  "/usr/bin/prepare: 3: nmp: not found",
  "/usr/bin/prepare: line 3: nmp: command not found",
  "sh: 1: tsc: not found",
])("a tool's own words: %s", (line) => {
  expect(findErrorRank(line)).toBe(0);
});

test.each([
  "make: *** [Makefile:3: all] Error 1",
  "npm error Lifecycle script `build` failed with error:",
  " ELIFECYCLE  Command failed with exit code 2.",
  "Failed in 0.3 s",
  "could not install: error: disk full",
])("words that often come with an error: %s", (line) => {
  expect(findErrorRank(line)).toBe(1);
});

test.each([
  "",
  "found 0 errors. Watching for file changes.",
  "errors: 0",
  "error = none",
  "npm warn deprecated inflight@1.0.6: This module is not supported",
  "npm notice New major version of npm available!",
  "src/error-handler.ts 1.2 kB",
  "go: downloading golang.org/x/text v0.3.0",
  "Compiling error-chain v0.12.4",
  "added 12 packages in 2s",
  "✓ 34 modules transformed.",
  "    at Object.<anonymous> (/srv/app/index.js:1:7)",
])("no error: %s", (line) => {
  expect(findErrorRank(line)).toBeUndefined();
});

test("a line of any length takes little time to judge", () => {
  expect(findErrorRank(`${"a:1".repeat(400_000)}: error`)).toBeUndefined();
});
