// `sti run`: brings targets up to date.
import { type Failure, failed, type TargetFinished, type TargetNode } from "@sti/core";
import { type PendingConnection, startConnecting } from "../engine/connect-engine.ts";
import type { StoreOptions } from "../engine/open-store.ts";
import { refusePage } from "../live/start-page.ts";
import { reportFailures, reportNothingSelected } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import type {
  LockFlags,
  PlatformFlags,
  ProjectFlags,
  SelectionFlags,
  TargetFlags,
} from "../process/flags.ts";
import { loadProject, type Project } from "../project/load-project.ts";
import { readProjectLock } from "../project/project-lock.ts";
import { projectOptions } from "../project/project-options.ts";
import { readShard } from "../project/read-shard.ts";
import { debugApp, hasTerminal } from "../session/debug-app.ts";
import { type ProjectSession, runProject } from "../session/run-project.ts";
import type { SessionOptions } from "../session/session-options.ts";

export interface RunOptions
  extends ProjectFlags,
    SelectionFlags,
    PlatformFlags,
    TargetFlags,
    LockFlags,
    SessionOptions,
    StoreOptions,
    Pick<ProjectSession, "push"> {
  /** Address of a queue whose workers build. */
  readonly on?: string;
  readonly onCa?: string;
  readonly onUnavailable?: "fail" | "local";
  readonly waitTimeout?: number;
  /** Builds in a process of its own, and returns once it has begun. */
  readonly detach?: boolean;
  /** This is that process: the id of its run. */
  readonly detachedAs?: string;
  /** Opens a shell where the first app has failed. */
  readonly debug?: boolean;
}

/** Resolves to the exit code. */
export async function runRun(
  targets: readonly string[],
  options: RunOptions,
  context: CommandContext,
): Promise<number> {
  if (options.debug === true && !hasTerminal(context.stdout)) {
    context.stderr.write("sti: --debug needs a terminal; use sti debug APP without one\n");
    return exitCodes.usage;
  }
  if (options.on !== undefined && (options.debug === true || options.engine !== undefined)) {
    context.stderr.write(
      "sti: --on builds on workers; --engine and --debug are for the engine of this machine\n",
    );
    return exitCodes.usage;
  }
  const detachProblem = findDetachProblem(options);
  if (detachProblem !== undefined) {
    context.stderr.write(`sti: ${detachProblem}\n`);
    return exitCodes.usage;
  }
  if (options.detach === true) {
    const { startDetached } = await import("../remote/start-detached.ts");
    return await startDetached(options.quiet === true, context);
  }
  if (options.detachedAs === undefined) return await runHere(targets, options, context);
  const { recordRun } = await import("../remote/record-run.ts");
  const record = await recordRun(options.detachedAs, context);
  return await runHere(targets, { ...options, record }, context);
}

function findDetachProblem({ bell, detach, detachedAs, on, ui }: RunOptions): string | undefined {
  if (detach !== true && detachedAs === undefined) return undefined;
  if (on === undefined)
    return "--detach needs --on: builds in the engine of this machine end with their terminal";
  if (ui !== undefined || bell === true) return "--ui and --bell need a terminal, which --detach leaves";
  return undefined;
}

/** The session in this process. */
async function runHere(
  targets: readonly string[],
  options: RunOptions,
  context: CommandContext,
): Promise<number> {
  const refused = options.ui === undefined ? undefined : refusePage(context);
  if (refused !== undefined) return refused;
  const connect = () => startConnecting({ engine: options.engine, context });
  let connection = options.on === undefined ? connect() : NO_CONNECTION;
  const stop = async (failures: readonly Failure[]) => {
    await connection.abandon();
    return reportFailures(failures, context);
  };
  const shard = await readShard(options, context);
  if (!shard.ok) return await stop(shard.failures);
  const project = await loadProject({
    ...projectOptions("run", options, context),
    targets,
    affected: options.affected,
    needs: options.deps,
    shard: shard.value,
    method: options.method,
  });
  if (!project.ok) return await stop(project.failures);
  if (project.value.selected.length === 0) {
    await connection.abandon();
    return reportNothingSelected(options, context);
  }
  if (project.value.config.cache === undefined && options.load !== undefined && options.load !== "auto") {
    await connection.abandon();
    context.stderr.write("sti: --load is for results of a store, and the config has none (cache)\n");
    return exitCodes.usage;
  }
  askGitAhead(project.value);
  const locked = await readProjectLock(project.value.directory, { ...options, env: context.env });
  if (!locked.ok) return await stop(locked.failures);
  let finished: readonly TargetFinished[] = [];
  const onFinished = (targets: readonly TargetFinished[]) => {
    finished = targets;
  };
  if (options.on !== undefined) {
    const { runRemote } = await import("../remote/run-remote.ts");
    const remote = { ...options, on: options.on, locked: locked.value };
    const ended = await runRemote(project.value, remote, context);
    if (ended !== "local") return ended;
    connection = connect();
  }
  const session = { ...options, connection, locked: locked.value, onFinished };
  const code = await runProject(project.value, session, context);
  const app = options.debug === true ? finished.find(hasFailedScript)?.target : undefined;
  if (app !== undefined) {
    const again = startConnecting({ engine: options.engine, context, sweep: false });
    const { engine } = options;
    const debug = { engine, connection: again, locked: locked.value, fresh: false, command: undefined };
    await debugApp(app, project.value, debug, context);
  }
  return code;
}

/** The connection of a session that uses no engine of this machine. */
const NO_CONNECTION: PendingConnection = {
  connected: Promise.resolve(failed([])),
  abandon: async () => {},
};

function hasFailedScript({ failure, outcome }: TargetFinished): boolean {
  const codes = ["script-failed", "script-timed-out", "output-empty"];
  return outcome === "failed" && failure !== undefined && codes.includes(failure.code);
}

/** A Dockerfile's build needs the source's origin when it begins; git answers while the engine does. */
function askGitAhead({ graph, hasChanged, withCheckouts }: Project): void {
  const isWanted = ({ target }: TargetNode) => target.kind === "app" && target.method === "dockerfile";
  if (!hasChanged || ![...graph.nodes.values()].some(isWanted)) return;
  // Callers that need the answer get the error; here it is ignored.
  withCheckouts().catch(() => {});
}
