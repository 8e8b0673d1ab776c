// `sti attach`: shows a session that goes on without a terminal, from its start, and follows it until it ends.
import type { SessionEvent } from "@sti/core";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import { chooseRun } from "../remote/choose-run.ts";
import { type DetachedRun, detachedRuns, type RunFiles, stateOf } from "../remote/detached-runs.ts";
import { followLines } from "../remote/follow-lines.ts";
import type { RunEnd } from "../remote/record-run.ts";
import { createRenderer, type SessionRenderer } from "../render/create-renderer.ts";
import { chooseReporters, type ReporterName } from "../render/reporters.ts";
import { sanitizeLine } from "../render/sanitize.ts";

export interface AttachOptions {
  /** Ends the session, as Ctrl-C does. */
  readonly cancel?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly reporter?: readonly ReporterName[];
  readonly outputFile?: readonly string[];
}

/** `id`: undefined for the newest run. Resolves to the exit code of the session. */
export async function runAttach(
  id: string | undefined,
  options: AttachOptions,
  context: CommandContext,
): Promise<number> {
  const { env, stderr, stdout } = context;
  const runs = detachedRuns(env);
  const chosen = chooseRun(id, runs.list());
  const { quiet = false, verbose = false, reporter = [], outputFile = [] } = options;
  const shown = chooseReporters({ quiet, verbose, reporter, outputFile, stdout, env });
  const problem = "problem" in chosen ? chosen.problem : "problem" in shown ? shown.problem : undefined;
  if ("problem" in chosen || "problem" in shown) {
    stderr.write(`sti: ${sanitizeLine(problem ?? "")}\n`);
    return exitCodes.usage;
  }
  const { run } = chosen;
  if (options.cancel === true && !cancel(run, context)) return exitCodes.usage;
  const renderer = createRenderer({
    reporters: shown.reporters,
    reports: [],
    verbose,
    stdout,
    stderr,
    cwd: context.cwd,
    env,
    logs: undefined,
    now: Date.now,
    ending: context.ending,
  });
  try {
    const end = await follow(run, runs.filesOf(run.id), { renderer, context });
    renderer.close();
    const unwritten = renderer.problems();
    const code = end?.exitCode ?? reportLost(run, context);
    return unwritten.length === 0 ? code : Math.max(code, reportFailures(unwritten, context));
  } catch (error) {
    renderer.close();
    if (!context.signal.aborted) throw error;
    const state = options.cancel === true ? "is stopping" : "goes on";
    const end = options.cancel === true ? "" : `, sti attach ${run.id} --cancel ends it`;
    stderr.write(`\nsti: run ${run.id} ${state}: sti attach ${run.id} shows it${end}\n`);
    return exitCodes.done;
  }
}

/** Whether it was told to end, or has ended. */
function cancel(run: DetachedRun, { stderr }: CommandContext): boolean {
  const state = stateOf(run);
  if (state === "running") process.kill(run.owner.pid, "SIGINT");
  if (state === "unknown") {
    stderr.write(
      `sti: run ${run.id} was started on another machine or in another container; cancel it there\n`,
    );
  }
  return state !== "unknown";
}

/** Resolves to the last line; undefined if the process ended without writing it. Rejects with the signal's reason. */
async function follow(
  run: DetachedRun,
  files: RunFiles,
  { context, renderer }: { readonly context: CommandContext; readonly renderer: SessionRenderer },
): Promise<RunEnd | undefined> {
  const { signal, stderr } = context;
  let end: RunEnd | undefined;
  let isOver = false;
  const showEvents = async () => {
    const isGone = () => stateOf(run) === "ended";
    for await (const line of followLines(files.events, { isOver: isGone, signal })) {
      const event = JSON.parse(line) as SessionEvent | RunEnd;
      if ("type" in event) renderer.render(event);
      else {
        end = event;
        break;
      }
    }
    isOver = true;
  };
  const showMessages = async () => {
    for await (const line of followLines(files.messages, { isOver: () => isOver, signal }))
      stderr.write(`${line}\n`);
  };
  await Promise.all([showEvents(), showMessages()]);
  return end;
}

function reportLost(run: DetachedRun, { stderr }: CommandContext): number {
  stderr.write(
    `sti: run ${run.id} was ended from outside before it finished; workers end the tasks that they have\n` +
      `  hint: ${sanitizeLine(run.command)} takes up their results\n`,
  );
  return exitCodes.environment;
}
