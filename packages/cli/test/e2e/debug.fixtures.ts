// Starts sti as somebody at a terminal does, or at the end of a pipe.
import { execFileSync, spawn } from "node:child_process";

const BIN = new URL("../../bin/sti.cjs", import.meta.url).pathname;

export interface StartedSti {
  readonly pid: number;
  /** All output so far. */
  readonly output: () => string;
  type(text: string): void;
  end(): void;
  kill(signal: NodeJS.Signals): void;
  /** The process of sti itself, which a terminal's program has started. */
  inTerminal(): number;
  /** Resolves when the output contains the text; rejects if it ends without. */
  shows(text: string): Promise<void>;
  readonly ended: Promise<{
    readonly exitCode: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }>;
}

/** `terminal`: in one of 33 rows and 99 columns; then all output is "stdout". */
export function startSti(
  args: string,
  options: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    readonly terminal?: boolean;
  },
): StartedSti {
  const command = `exec ${process.execPath} ${BIN} ${args}`;
  const [program, ...words] =
    options.terminal === true
      ? ["script", "-qec", `stty rows 33 cols 99; ${command}`, "/dev/null"]
      : ["/bin/sh", "-c", command];
  const env = { ...process.env, NO_COLOR: "1", ...options.env };
  const child = spawn(program as string, words, { cwd: options.cwd, env, stdio: "pipe" });
  const said = { stdout: "", stderr: "" };
  const output = () => said.stdout + said.stderr;
  const listeners = new Set<() => void>();
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text;
      for (const listener of listeners) listener();
    });
  }
  const { promise: ended, resolve } = Promise.withResolvers<Awaited<StartedSti["ended"]>>();
  child.on("close", (exitCode) => resolve({ exitCode, ...said }));
  child.stdin.on("error", () => {}); // it may end without reading all
  return {
    pid: child.pid ?? 0,
    output,
    type: (text) => void child.stdin.write(text),
    end: () => void child.stdin.end(),
    kill: (signal) => void child.kill(signal),
    inTerminal: () =>
      Number(
        execFileSync("ps", ["-o", "pid=", "--ppid", String(child.pid)])
          .toString()
          .trim(),
      ),
    shows: async (text) => {
      const { promise, resolve: shown } = Promise.withResolvers<void>();
      const check = () => output().includes(text) && shown();
      listeners.add(check);
      check();
      const isMissing = ended.then(() => {
        throw new Error(`sti ${args} ended without ${JSON.stringify(text)}: ${output()}`);
      });
      await Promise.race([promise, isMissing]).finally(() => listeners.delete(check));
    },
    ended,
  };
}
