// Starts a session that goes on without this terminal: a process of its own, with the same words and folder.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readSmallFile } from "@sti/files";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import { ownProgram } from "../process/own-program.ts";
import { type DetachedRuns, detachedRuns } from "./detached-runs.ts";
import { followLines } from "./follow-lines.ts";

/** Bytes of the messages of a session that did not begin. */
const LARGEST = 1024 * 1024;

/** Resolves to the exit code once the session has begun, or to its own if it ended before. */
export async function startDetached(quiet: boolean, context: CommandContext): Promise<number> {
  const { env, signal, stderr, stdout } = context;
  const runs = detachedRuns(env);
  const id = randomBytes(4).toString("hex");
  let opened: ReturnType<DetachedRuns["create"]>;
  try {
    await runs.prune();
    opened = runs.create(id);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    stderr.write(`sti: no place for the events of the run: ${(error as Error).message}\n`);
    return exitCodes.environment;
  }
  const [program, ...first] = ownProgram();
  const child = spawn(program, [...first, ...detachedWords(process.argv.slice(2), id)], {
    detached: true,
    stdio: ["ignore", opened.messages, opened.messages],
  });
  opened.close();
  const end = Promise.withResolvers<number>();
  let hasEnded = false;
  child.on("error", end.reject);
  child.on("exit", (code) => {
    hasEnded = true;
    end.resolve(code ?? exitCodes.environment);
  });
  const stop = () => void child.kill("SIGINT");
  signal.addEventListener("abort", stop, { once: true });
  try {
    const begun = hasBegun(runs.filesOf(id).events, () => hasEnded);
    if ((await Promise.race([begun, end.promise.then(() => begun)])) && !signal.aborted) {
      child.unref();
      stdout.write(quiet ? `${id}\n` : describe(id));
      return exitCodes.done;
    }
    const code = await end.promise;
    const messages = await readSmallFile(runs.filesOf(id).messages, { limit: LARGEST });
    stderr.write(messages.toString());
    await runs.remove(id);
    return code;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Whether the first event of a session was written before the process ended. */
async function hasBegun(file: string, isOver: () => boolean): Promise<boolean> {
  const { signal } = new AbortController();
  for await (const line of followLines(file, { isOver, signal })) {
    if ((JSON.parse(line) as { readonly type?: string }).type === "session-started") return true;
  }
  return false;
}

/** `--detach` in the words becomes the option of the process that it starts. */
function detachedWords(words: readonly string[], id: string): readonly string[] {
  return words.with(words.indexOf("--detach"), `--detached-as=${id}`);
}

function describe(id: string): string {
  return [`run ${id} goes on`, `  sti attach ${id}`, `  sti attach ${id} --cancel`, ""].join("\n");
}
