// Runs the built `sti` as a user does: in a process of its own.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkOutputs } from "./check-outputs.ts";

const BIN = new URL("../../cli/bin/sti.cjs", import.meta.url).pathname;

export interface CliRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  /** Added to the environment of the tests; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A program and its arguments that start it: "unshare", "--pid" … */
  readonly startedBy?: readonly string[];
  /** Called once it runs, with the means to signal it. */
  readonly onStart?: (kill: Kill) => void;
  /** Milliseconds after which the process is killed; its exit code is null then. Default: none. */
  readonly timeLimit?: number | undefined;
  /** Called with all output so far whenever some arrives, and with the means to signal the process. */
  readonly onOutput?: (output: string, kill: Kill) => void;
}

/** Sends a signal to the process. */
export type Kill = (signal: NodeJS.Signals) => void;

/**
 * Resolves when the process has ended and all its output is read. Rejects if it left temporary files, or wrote JSON
 * that differs from its schema.
 */
export async function runSti(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const { promise, resolve, reject } = Promise.withResolvers<CliRun>();
  const temporary = mkdtempSync(join(tmpdir(), "sti-cli-"));
  const [program, ...rest] = [...(options.startedBy ?? []), process.execPath, BIN, ...args];
  const child = spawn(program as string, rest, {
    cwd: options.cwd,
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, TMPDIR: temporary, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  const kill = (signal: NodeJS.Signals) => child.kill(signal);
  options.onStart?.(kill);
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    options.onOutput?.(stdout + stderr, kill);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    options.onOutput?.(stdout + stderr, kill);
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), options.timeLimit ?? 2 ** 31 - 1);
  child.on("error", reject);
  child.on("close", (exitCode) => {
    clearTimeout(timer);
    const left = readdirSync(temporary);
    rmSync(temporary, { recursive: true });
    try {
      if (left.length > 0)
        throw new Error(`sti ${args.join(" ")} left ${left.join(", ")} in the temp folder`);
      // A run that was killed may have written half of a document.
      if (exitCode !== null) checkOutputs(args, { stdout, cwd: options.cwd ?? process.cwd() });
      resolve({ exitCode, stdout, stderr });
    } catch (error) {
      reject(error);
    }
  });
  return await promise;
}

export interface PrintedOnce extends Required<Pick<CliOptions, "onOutput">> {
  readonly hasActed: () => boolean;
}

/** Options with which `act` is called once, as soon as the output contains the text or fits. */
export function whenPrinted(
  expected: string | ((output: string) => boolean),
  act: (kill: Kill) => void,
): PrintedOnce {
  const fits = typeof expected === "string" ? (output: string) => output.includes(expected) : expected;
  let acted = false;
  return {
    hasActed: () => acted,
    onOutput: (output, kill) => {
      if (acted || !fits(output)) return;
      acted = true;
      act(kill);
    },
  };
}
