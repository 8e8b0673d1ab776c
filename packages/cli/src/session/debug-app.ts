// Opens a container of one app as its prepare left it, with a shell or a command in it, after its dependencies were built.
import {
  type DebugOutcome,
  type DebugVisit,
  debugTarget,
  type Failure,
  formatSessionId,
  shellInside,
  splitLines,
} from "@sti/core";
import { createRecords, readSecrets } from "@sti/source";
import { connectEngine, type PendingConnection } from "../engine/connect-engine.ts";
import { createSessionSources } from "../engine/session-sources.ts";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { currentOwner } from "../process/session-owner.ts";
import { openTerminal, readInput } from "../process/terminal.ts";
import { version } from "../process/version.ts";
import type { Project } from "../project/load-project.ts";
import { planFlags } from "../project/plan-flags.ts";
import type { ProjectLock } from "../project/project-lock.ts";
import { drawingStream } from "../render/guard-output.ts";
import { sanitizeLine } from "../render/sanitize.ts";
import { runProject } from "./run-project.ts";

export interface DebugAppOptions {
  readonly engine?: string | undefined;
  readonly connection: PendingConnection;
  readonly locked: ProjectLock;
  /** Before prepare runs. */
  readonly fresh: boolean;
  /** Instead of a shell. */
  readonly command: readonly string[] | undefined;
}

/** Resolves to the exit code: the shell's or the command's. */
export async function debugApp(
  app: string,
  project: Project,
  options: DebugAppOptions,
  context: CommandContext,
): Promise<number> {
  const { env, signal, stderr } = context;
  const report = (failures: readonly Failure[]) => reportFailures(project.place(failures), context);
  const target = project.graph.nodes.get(app)?.target;
  if (target === undefined) throw new Error(`${app} is not in the graph`);
  const names = dependenciesOf(app, project);
  const nodes = new Map([...project.graph.nodes].filter(([name]) => names.has(name)));
  const { connection, locked } = options;
  if (nodes.size > 0) {
    const needed = { ...project, graph: { ...project.graph, nodes } };
    const code = await runProject(
      needed,
      { connection, locked, quiet: true, push: false, platform: "own" },
      context,
    );
    if (code !== 0) return code;
  }
  const secrets = await readSecrets([target], { directory: project.directory, env, signal });
  if (!secrets.ok) {
    await connection.abandon();
    return report(secrets.failures);
  }
  // The images that were built meanwhile are not among the facts of the first connection.
  const connected =
    nodes.size > 0
      ? await connectEngine({ engine: options.engine, context, sweep: false })
      : await connection.connected;
  if (!connected.ok) return reportFailures(connected.failures, context);
  const { engine, facts, ledger } = connected.value;
  const warn = (message: string) => void stderr.write(`sti: ${sanitizeLine(message)}\n`);
  const flags = planFlags({}, env);
  const result = await debugTarget(
    {
      ...project,
      id: formatSessionId(currentOwner()),
      engine,
      leftovers: context.ending.leftovers,
      facts,
      lock: locked.lock,
      flags,
      targetFlags: new Map([[app, { ...flags, force: true }]]),
      sources: { ...createSessionSources(env), readAgain: project.readAgain },
      ledger: () => ledger,
      records: createRecords(project.folders.memory),
      toolVersion: version,
      targetNames: [...project.graph.nodes.keys()],
      secrets: secrets.value,
      concurrency: 1,
      onFailure: "kill",
      emit: () => {},
      signal,
      clock: { now: Date.now },
    },
    app,
    {
      fresh: options.fresh,
      onLine: ({ text }) => void stderr.write(`${sanitizeLine(text)}\n`),
      warn,
      visit: (visit) => {
        if (visit.outcome !== undefined) warn(`${visit.script} ${describeOutcome(visit.outcome)}`);
        return openShell(visit, options.command, context);
      },
    },
  );
  return result.ok ? result.value : report(result.failures);
}

function describeOutcome(outcome: DebugOutcome): string {
  return "exitCode" in outcome
    ? `exited with ${outcome.exitCode}`
    : `timed out after ${outcome.limit} s; it still runs in the container`;
}

export function hasTerminal({ isTTY }: Pick<NodeJS.WriteStream, "isTTY">): boolean {
  return process.stdin.isTTY === true && isTTY === true;
}

/** With those of its dependencies. */
function dependenciesOf(app: string, { graph }: Pick<Project, "graph">): ReadonlySet<string> {
  const found = new Set(graph.nodes.get(app)?.dependencies);
  for (const name of found) {
    for (const other of graph.nodes.get(name)?.dependencies ?? []) found.add(other);
  }
  return found;
}

/** In a terminal where there is one, else with standard input and output. */
async function openShell(
  { container, engine, image, mask }: DebugVisit,
  command: readonly string[] | undefined,
  { signal, stderr, stdout }: CommandContext,
): Promise<number> {
  if (hasTerminal(stdout) && command === undefined) {
    stderr.write(`sti: shell in a container of ${sanitizeLine(image)}; it is removed when you exit\n`);
  }
  const terminal = hasTerminal(stdout) ? openTerminal(process.stdin, stdout) : undefined;
  if (terminal !== undefined) {
    const screen = drawingStream(stdout);
    try {
      return await engine.runCommand(container, {
        command: shellInside(command, { isTerminal: true }),
        input: terminal.input,
        terminal: terminal.size,
        onOutput: ({ bytes }) => void screen.write(bytes),
        signal,
      });
    } finally {
      terminal.close();
    }
  }
  const end = new AbortController();
  // A terminal gets no escape sequences of a program that does not know of it; a file or pipe gets every byte.
  const lines = splitLines(({ stream, text }) =>
    ({ stderr, stdout })[stream].write(`${sanitizeLine(text)}\n`),
  );
  const output = mask.output((chunk) => {
    const stream = { stderr, stdout }[chunk.stream];
    if (stream.isTTY === true) lines.push(chunk);
    else drawingStream(stream).write(chunk.bytes);
  });
  try {
    return await engine.runCommand(container, {
      command: shellInside(command, { isTerminal: false }),
      input: readInput(process.stdin, end.signal),
      onOutput: output.push,
      signal,
    });
  } finally {
    output.end();
    lines.end();
    end.abort();
    process.stdin.pause();
  }
}
