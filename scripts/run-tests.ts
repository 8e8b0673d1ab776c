// Runs vitest against one engine and counts.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import { root } from "./ensure-built.ts";
import { ended, systemPath } from "./run-command.ts";
import { ScriptError } from "./run-script.ts";

export interface TestRun {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly files: readonly TestFile[];
}

export interface TestFile {
  /** Path below the checkout. */
  readonly path: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly milliseconds: number;
  readonly cases: readonly TestCase[];
  /** The tests that failed; the file itself where it could not be loaded or set up. */
  readonly failures: readonly TestFailure[];
}

export interface TestCase {
  readonly title: string;
  /** Titles of the suites around it, the outermost one first. */
  readonly suites: readonly string[];
  /** As vitest names it: "passed", "failed", … */
  readonly status: string;
  readonly milliseconds: number;
  /** As the test has left it. */
  readonly meta: Readonly<Record<string, unknown>>;
}

export interface TestFailure {
  /** Full name of the test. */
  readonly name: string;
  /** As vitest gives it, with its stack. */
  readonly message: string;
}

/** Environment of tests: `enter` begins the command, `env` names the engine. */
export interface TestPlace {
  readonly enter: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Begins each line of output, where the output of several runs is mixed. */
  readonly label?: string | undefined;
}

/** Lines of a failure's message that are repeated at the end of a run. */
const MESSAGE_LINES = 12;

/** One block of text for each failed test: a line that begins with "failed:", then its message, indented. */
export function describeFailures({ files }: TestRun, where = ""): readonly string[] {
  return files.flatMap(({ path, failures }) =>
    failures.map(({ name, message }) => {
      const lines = stripVTControlCharacters(message).split("\n").slice(0, MESSAGE_LINES);
      return [
        `failed: ${where}${path.split("/").at(-1)}: ${name}`,
        ...lines.map((line) => `    ${line}`),
      ].join("\n");
    }),
  );
}

/** `args` is what vitest takes: a project, files, `-t NAME`. */
export async function runTests(
  place: TestPlace,
  args: readonly string[],
  signal: AbortSignal,
): Promise<TestRun> {
  const folder = mkdtempSync(join(tmpdir(), "sti-test-"));
  try {
    const results = join(folder, "results.json");
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
    const command = [...place.enter, join(root, "node_modules/.bin/vitest"), "run", ...reporters, ...args];
    const [program = "", ...rest] = command;
    const vitest = spawn(program, rest, {
      cwd: root,
      stdio: place.label === undefined ? "inherit" : ["ignore", "pipe", "pipe"],
      env: { ...process.env, PATH: systemPath, ...place.env },
    });
    for (const output of [vitest.stdout, vitest.stderr]) {
      if (output === null) continue;
      createInterface({ input: output }).on("line", (line) =>
        process.stdout.write(`${place.label} │ ${line}\n`),
      );
    }
    const code = await ended(vitest, signal);
    return count(JSON.parse(readResults(results, code)) as JsonResults, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readResults(file: string, code: number | string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new ScriptError(`vitest wrote no results (${code}): ${(error as Error).message}`);
  }
}

/** The parts of vitest's JSON that are read. */
interface JsonResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly fullName: string;
      readonly duration?: number | null;
      readonly meta?: Readonly<Record<string, unknown>>;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

function count(results: JsonResults, code: number | string): TestRun {
  const { numPassedTests: passed, numFailedTests, numPendingTests: skipped, testResults } = results;
  // A file that cannot even be loaded counts no test of its own.
  const failed = code === 0 && passed > 0 ? 0 : Math.max(1, numFailedTests);
  const files = testResults.map((file): TestFile => {
    const having = (...states: string[]) =>
      file.assertionResults.filter(({ status }) => states.includes(status));
    const failures = having("failed").map(({ failureMessages = [], fullName }) => ({
      name: fullName,
      message: failureMessages.join("\n"),
    }));
    const isUnloaded = file.status === "failed" && failures.length === 0;
    const whole = isUnloaded ? [{ name: "not loaded", message: file.message }] : [];
    return {
      path: file.name.startsWith(root) ? file.name.slice(root.length) : file.name,
      passed: having("passed").length,
      failed: failures.length + whole.length,
      skipped: having("skipped", "pending", "todo").length,
      milliseconds: Math.round(file.endTime - file.startTime),
      cases: file.assertionResults.map(({ ancestorTitles: suites, duration, meta = {}, status, title }) => ({
        ...{ suites, title, status, meta },
        milliseconds: Math.round(duration ?? 0),
      })),
      failures: [...failures, ...whole],
    };
  });
  return { passed, failed, skipped, files };
}
