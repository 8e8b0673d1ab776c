// Cost of one command, with all the processes that it starts: bash's `time` counts the processor, GNU time the memory.
// Both include awaited processes, so grandchildren count.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Figures } from "./measure.ts";

export interface TimedCommand {
  readonly command: readonly string[];
  readonly cwd: string;
  /** Added to this process's environment; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

export interface TimedRun {
  readonly figures: Figures;
  readonly stdout: string;
}

/** Rejects with the output when the command fails. */
export async function timeCommand({ command, cwd, env, signal }: TimedCommand): Promise<TimedRun> {
  signal.throwIfAborted();
  const folder = mkdtempSync(join(tmpdir(), "sti-bench-time-"));
  const [peak, times] = [join(folder, "peak"), join(folder, "times")];
  const gnu = hasGnuTime() ? ["/usr/bin/time", "-q", "-f", "%M", "-o", peak] : [];
  // The shell's own report goes to a file, the command's errors to where they belong.
  const script = `exec 3>&2 2>"$0"; TIMEFORMAT="%3U %3S %3R"; time "$@" 2>&3 3>&-`;
  try {
    const child = spawn("bash", ["-c", script, times, ...gnu, ...command], {
      cwd,
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const stop = () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGTERM");
    };
    signal.addEventListener("abort", stop);
    child.on("close", () => signal.removeEventListener("abort", stop));
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    child.on("error", reject).on("close", resolve);
    const code = await promise;
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`${command.join(" ")} failed (${code})\n${stdout}${stderr}`);
    const [user = 0, system = 0, real = 0] = readFileSync(times, "utf8").trim().split(" ").map(Number);
    const memory = gnu.length === 0 ? undefined : Number(readFileSync(peak, "utf8")) / 1024;
    return { figures: { cpu: (user + system) * 1000, wall: real * 1000, memory }, stdout };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

let gnuTime: boolean | undefined;

function hasGnuTime(): boolean {
  gnuTime ??=
    spawnSync("/usr/bin/time", ["--version"], { encoding: "utf8" }).stdout?.includes("GNU") ?? false;
  return gnuTime;
}
