// `sti run`: brings targets up to date.

import { resolve } from "node:path";
import {
  decidePushes,
  type Engine,
  executePlan,
  type Facts,
  type Failure,
  formatSessionId,
  type Ledger,
  type Lock,
  type OnFailure,
  type PlanFlags,
  type PushedImage,
  type Pushes,
  type Records,
  type SecretValues,
  type SessionEvent,
  type TargetFinished,
  type TargetNode,
} from "@sti/core";
import { createRecords, createSources, readSecrets } from "@sti/source";
import { type PendingConnection, startConnecting } from "../engine/connect-engine.ts";
import { reportFailures, reportNothingSelected } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodeFor, exitCodes } from "../process/exit-code.ts";
import type { LockFlags, ProjectFlags, SelectionFlags, TargetFlags } from "../process/flags.ts";
import { currentOwner } from "../process/session-owner.ts";
import { version } from "../process/version.ts";
import { keepSources } from "../project/keep-sources.ts";
import { loadProject, type Project } from "../project/load-project.ts";
import { planFlags } from "../project/plan-flags.ts";
import { NO_LOCK, type ProjectLock, readProjectLock, refuseUnlocked } from "../project/project-lock.ts";
import { projectOptions } from "../project/project-options.ts";
import { readShard } from "../project/read-shard.ts";
import { warnOfCheckouts } from "../project/warn-of-checkouts.ts";
import { createRenderer } from "../render/create-renderer.ts";
import { chooseReporters, type ReporterName } from "../render/reporters.ts";
import { runTasks } from "../render/run-listr.ts";
import { chooseReports, type Report } from "../report/report-formats.ts";
import { collectPlans } from "../session/collect-plans.ts";
import { resolveConcurrency } from "../session/concurrency.ts";
import { loadReports } from "../session/load-reports.ts";
import { toMetadata, writeMetadata } from "../session/session-metadata.ts";

export interface RunOptions extends ProjectFlags, SelectionFlags, TargetFlags, LockFlags {
  /** A number, or a percentage of the engine's processors. */
  readonly concurrency?: number | string;
  readonly onFailure?: OnFailure;
  /** Pushes besides those of the config; false: no pushes. */
  readonly push?: "each" | "atomic" | false;
  /** Call when a long session has ended. */
  readonly bell?: boolean;
  /** Names of reporters. */
  readonly reporter?: readonly ReporterName[];
  /** FILE or NAME=FILE, of a reporter. */
  readonly outputFile?: readonly string[];
  /** Files about the whole session, written when it has finished. */
  readonly report?: readonly Report[];
  /** File that gets what became of each target, as JSON. */
  readonly metadataFile?: string;
}

/** Resolves to the exit code. */
export async function runRun(
  targets: readonly string[],
  options: RunOptions,
  context: CommandContext,
): Promise<number> {
  const connection = startConnecting({ engine: options.engine, context });
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
  askGitAhead(project.value);
  const locked = await readProjectLock(project.value.directory, { ...options, env: context.env });
  if (!locked.ok) return await stop(locked.failures);
  return await runProject(project.value, { ...options, connection, locked: locked.value }, context);
}

/** A Dockerfile's build needs the source's origin when it begins; git answers while the engine does. */
function askGitAhead({ graph, hasChanged, withCheckouts }: Project): void {
  const isWanted = ({ target }: TargetNode) => target.kind === "app" && target.method === "build";
  if (!hasChanged || ![...graph.nodes.values()].some(isWanted)) return;
  // Callers that need the answer get the error; here it is ignored.
  withCheckouts().catch(() => {});
}

export interface VariantSession {
  /** From formatSessionId. */
  readonly id: string;
  readonly records: Records;
  readonly targetFlags: ReadonlyMap<string, PlanFlags>;
  /** Called once, when all targets have ended. */
  readonly onFinished: (targets: readonly TargetFinished[]) => void;
}

/** Brings a project's targets up to date, whatever command it comes from. Resolves to the exit code. */
export async function runProject(
  project: Project,
  options: RunOptions & { readonly connection: PendingConnection; readonly locked?: ProjectLock },
  context: CommandContext,
): Promise<number> {
  const targets = [...project.graph.nodes.values()].map((node) => node.target);
  const secrets = await readSecrets(targets, {
    directory: project.directory,
    env: context.env,
    signal: context.signal,
  });
  if (!secrets.ok) {
    await options.connection.abandon();
    return reportFailures(project.place(secrets.failures), context);
  }
  const connected = await options.connection.connected;
  if (!connected.ok) return reportFailures(connected.failures, context);
  const { locked = NO_LOCK } = options;
  const refused = refuseUnlocked(project.graph, locked, connected.value.facts);
  if (refused.length > 0) return reportFailures(project.place(refused), context);
  const pushes = decidePushes(project.graph, {
    request: options.push === false ? "none" : options.push,
    selected: project.selected,
  });
  const { lock } = locked;
  return await runSession(project, {
    ...connected.value,
    lock,
    pushes,
    secrets: secrets.value,
    options,
    context,
  });
}

/** Runs the session while the renderer shows it. Resolves to the exit code. */
export async function runSession(
  project: Project,
  session: {
    readonly engine: Engine;
    readonly facts: Facts;
    readonly ledger: Ledger;
    readonly lock?: Lock | undefined;
    readonly pushes: Pushes;
    readonly secrets: SecretValues;
    readonly options: RunOptions;
    readonly context: CommandContext;
    /** Differences between the variants, if variants of targets are built. */
    readonly variants?: VariantSession | undefined;
  },
): Promise<number> {
  const { context, engine, facts, ledger, options, secrets, variants } = session;
  const { verbose = false } = options;
  const chosen = chooseReporters({
    quiet: options.quiet === true,
    verbose,
    reporter: options.reporter ?? [],
    outputFile: options.outputFile ?? [],
    stdout: context.stdout,
    env: context.env,
  });
  if ("problem" in chosen) {
    context.stderr.write(`sti: ${chosen.problem}\n`);
    return exitCodes.usage;
  }
  const reports = chooseReports(options.report ?? []);
  if ("problem" in reports) {
    context.stderr.write(`sti: ${reports.problem}\n`);
    return exitCodes.usage;
  }
  const flags = planFlags(options, context.env);
  const plans = collectPlans(project, { facts, flags, lock: session.lock });
  const renderer = createRenderer({
    reporters: chosen.reporters,
    reports: await loadReports(reports.reports, { planned: plans.planned }),
    verbose,
    bell: options.bell,
    stdout: context.stdout,
    stderr: context.stderr,
    cwd: context.cwd,
    env: context.env,
    logs: project.folders.logs,
    now: Date.now,
    ending: context.ending,
  });
  try {
    const { promise: begun, resolve: resolveBegun } = Promise.withResolvers<"begun">();
    // The step's first call goes out before listr2 is loaded, which keeps this thread for a while.
    const begin = () => setImmediate(resolveBegun, "begun");
    const finished: TargetFinished[] = [];
    const pushed = new Map<string, PushedImage>();
    const execution = executePlan({
      ...project,
      id: variants?.id ?? formatSessionId(currentOwner()),
      engine,
      leftovers: context.ending.leftovers,
      facts,
      lock: session.lock,
      flags,
      targetFlags: variants?.targetFlags,
      sources: {
        ...createSources({ env: context.env }),
        readAgain: project.readAgain,
        withCheckouts: warnOfCheckouts(project, (message) =>
          renderer.render({ type: "session-warning", at: Date.now(), message }),
        ),
      },
      ledger: () => ledger,
      records: variants?.records ?? createRecords(project.folders.memory),
      toolVersion: version,
      targetNames: [...Object.keys(project.config.images ?? {}), ...Object.keys(project.config.apps ?? {})],
      secrets,
      keepSources: keepSources(project, context.env),
      concurrency: resolveConcurrency(
        options.concurrency ?? project.config.concurrency,
        facts.engine?.cpus ?? 1,
      ),
      onFailure: options.onFailure ?? "continue",
      pushes: session.pushes,
      onPlanned: reports.reports.some(({ format }) => format === "json") ? plans.onPlanned : undefined,
      emit: (event) => {
        const located = locateEvent(event, project);
        if (located.type === "target-finished") finished.push(located);
        if (located.type === "target-pushed") pushed.set(located.target, located.pushed);
        if (located.type === "step-started") begin();
        renderer.render(located);
      },
      signal: context.signal,
      clock: { now: Date.now },
    });
    // If everything is up to date, there are no tasks to run, and listr2 is not even loaded.
    if ((await Promise.race([begun, execution.finished])) === "begun") {
      await runTasks({ targets: [...project.graph.nodes.keys()], settled: execution.settled, renderer });
    }
    const end = await execution.finished;
    const code = exitCodeFor({ failures: end.failures, targets: finished });
    renderer.close();
    variants?.onFinished(finished);
    const unwritten = [...renderer.problems()];
    if (options.metadataFile !== undefined) {
      const metadata = toMetadata({ end, finished, pushed, graph: project.graph });
      const failure = await writeMetadata(resolve(context.cwd, options.metadataFile), metadata);
      if (failure !== undefined) unwritten.push(failure);
    }
    return unwritten.length === 0 ? code : Math.max(code, reportFailures(unwritten, context));
  } finally {
    renderer.close();
  }
}

/** Adds places in the config to the failures of events. */
function locateEvent(event: SessionEvent, project: Project): SessionEvent {
  if (event.type !== "target-finished" || event.failure === undefined) return event;
  const [failure, ...otherFailures] = project.place([
    event.failure,
    ...(event.otherFailures ?? []),
  ]) as readonly [Failure, ...Failure[]];
  return { ...event, failure, otherFailures };
}
