// `sti watch` in a terminal: its screen, and its keys.
import { spawn } from "node:child_process";
import { onTestFinished } from "vitest";
import { emulateTerminal } from "../emulated-terminal.ts";

const BIN = new URL("../../bin/sti.cjs", import.meta.url).pathname;
/** Of a test for a line, in milliseconds. */
const LIMIT = 60_000;
const [COLUMNS, ROWS] = [120, 40];

export interface TerminalWatch {
  /** All lines that the terminal has, with those that have scrolled up. */
  lines(): Promise<readonly string[]>;
  /** Resolves once a line fits. */
  untilShown(pattern: RegExp): Promise<void>;
  press(keys: string): void;
  readonly ended: Promise<number | null>;
}

/** `sti watch ARGS`; killed with its terminal when the test ends. */
export function watchInTerminal(cwd: string, ...args: readonly string[]): TerminalWatch {
  const { output, read } = emulateTerminal(COLUMNS, ROWS);
  const command = [process.execPath, BIN, "watch", ...args].join(" ");
  const terminal = spawn("script", ["-qec", `stty cols ${COLUMNS} rows ${ROWS}; ${command}`, "/dev/null"], {
    cwd,
    env: { ...process.env, TERM: "xterm-256color" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let isOver = false;
  let change = Promise.withResolvers<void>();
  const notify = () => {
    change.resolve();
    change = Promise.withResolvers();
  };
  terminal.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.write(text);
    notify();
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    terminal.once("error", reject);
    terminal.once("close", (exitCode) => {
      isOver = true;
      notify();
      resolve(exitCode);
    });
  });
  onTestFinished(async () => {
    terminal.kill("SIGKILL"); // The end of its terminal ends the watch, too.
    await ended;
  });
  return {
    lines: read,
    async untilShown(pattern) {
      const limit = AbortSignal.timeout(LIMIT);
      limit.addEventListener("abort", notify);
      for (;;) {
        const next = change.promise;
        const lines = await read();
        if (lines.some((line) => pattern.test(line))) break;
        const problem = isOver ? "the watch ended before" : limit.aborted ? "nothing showed" : undefined;
        if (problem !== undefined) throw new Error(`${problem} ${pattern}:\n${lines.join("\n")}`);
        await next;
      }
      limit.removeEventListener("abort", notify);
    },
    press: (keys) => void terminal.stdin.write(keys),
    ended,
  };
}
