// A shell that follows a page: the commands of all blocks run in it one after the other, as in a reader's terminal.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { onTestFinished } from "vitest";

export interface PageShell {
  /** Resolves to the output. Rejects if a command fails. */
  run(commands: string): Promise<string>;
  /** Writes a file relative to the folder where the shell is. */
  write(path: string, text: string): Promise<void>;
  /** Starts commands that keep running, in a process group of their own. */
  start(commands: string): Promise<RunningCommands>;
}

export interface RunningCommands {
  /** Resolves when `isEnough` accepts the output since the last call. Rejects after five minutes. */
  until(isEnough: (output: string) => boolean): Promise<void>;
  /** Ctrl-C. Resolves to the exit code. */
  interrupt(): Promise<number>;
}

/** File descriptor of the shell for the output of commands that keep running. */
const RUNNING = 3;

/** Time limit for the output of one block, in milliseconds. */
const LIMIT = 300_000;

/** Ends with the test. */
export async function openPageShell(cwd: string, env: Readonly<Record<string, string>>): Promise<PageShell> {
  const scripts = await mkdtemp(join(tmpdir(), "sti-page-"));
  const child = spawn("bash", ["--norc", "--noprofile", "-eu"], {
    cwd,
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["pipe", "pipe", "pipe", "pipe"],
  });
  const input = pipeOf(child, 0, Writable);
  const running = collect(pipeOf(child, RUNNING, Readable));
  const output = collect(pipeOf(child, 1, Readable));
  let groups: readonly number[] = [];
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  onTestFinished(async () => {
    for (const group of groups) process.kill(-group, "SIGKILL");
    child.kill("SIGKILL");
    await ended;
    await rm(scripts, { recursive: true });
  });

  /** A file and not the shell's input, from which the commands could read. */
  async function saveScript(commands: string): Promise<string> {
    const file = join(scripts, `${randomUUID()}.sh`);
    await writeFile(file, commands);
    return file;
  }

  /** Resolves to the output of a line of the shell. */
  async function call(line: string): Promise<string> {
    const mark = randomUUID();
    input.write(`${line}\nprintf '%s\\n' ${mark}\n`);
    const text = await output.until((all) => all.includes(`${mark}\n`));
    return text.slice(0, text.indexOf(mark));
  }

  // Job control gives each background command a process group of its own, and does not let it ignore Ctrl-C.
  await call("set -m; exec 2>&1");
  const run = async (commands: string) => await call(`. ${await saveScript(commands)} </dev/null`);
  return {
    run,
    write: async (path, text) => {
      const file = await saveScript(text);
      await run(`mkdir -p "$(dirname "${path}")"\ncp ${file} "${path}"\n`);
    },
    start: async (commands) => {
      const file = await saveScript(commands);
      const group = Number(
        await call(`(. ${file}) </dev/null >&${RUNNING} 2>&${RUNNING} & printf '%s\\n' $!`),
      );
      groups = [...groups, group];
      return {
        until: async (isEnough) => {
          await running.until(isEnough);
        },
        interrupt: async () => {
          process.kill(-group, "SIGINT");
          // The shell may report the end of its job before that.
          const report = await call(`code=0; wait ${group} || code=$?; printf '%s\\n' "$code"`);
          groups = groups.filter((one) => one !== group);
          return Number(report.trim().split("\n").at(-1));
        },
      };
    },
  };
}

function pipeOf<Pipe>(child: ChildProcess, at: number, kind: abstract new () => Pipe): Pipe {
  const pipe = child.stdio[at];
  if (!(pipe instanceof kind)) throw new Error(`the shell has no pipe ${at}`);
  return pipe;
}

/** The text of a stream, in the pieces that are waited for. */
function collect(stream: Readable): { until(isEnough: (text: string) => boolean): Promise<string> } {
  let text = "";
  let hasEnded = false;
  let wake = () => {};
  stream.setEncoding("utf8");
  stream.on("data", (part: string) => {
    text += part;
    wake();
  });
  stream.once("end", () => {
    hasEnded = true;
    wake();
  });
  return {
    until: async (isEnough) => {
      let isLate = false;
      const limit = setTimeout(() => {
        isLate = true;
        wake();
      }, LIMIT);
      while (!isEnough(text)) {
        if (hasEnded || isLate) throw new Error(`${isLate ? "no more came" : "the shell ended"}:\n${text}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      clearTimeout(limit);
      const piece = text;
      text = "";
      return piece;
    },
  };
}
