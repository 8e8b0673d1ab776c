// Runs one session and shows it: drives the targets, feeds the renderers, writes the files.
import { resolve } from "node:path";
import {
  type AttestUse,
  type Engine,
  type Execution,
  executePlan,
  executeWith,
  type Facts,
  formatSessionId,
  type Ledger,
  type Lock,
  type PlanFlags,
  type Pushes,
  type Records,
  readIdentities,
  type SecretValues,
  type Session,
  type SessionEvent,
  type StoreUse,
  type TargetFinished,
} from "@sti/core";
import { createRecords } from "@sti/source";
import { createSessionSources } from "../engine/session-sources.ts";
import { type StartedPage, startPage } from "../live/start-page.ts";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodeFor, exitCodes } from "../process/exit-code.ts";
import { currentOwner } from "../process/session-owner.ts";
import { version } from "../process/version.ts";
import type { Project } from "../project/load-project.ts";
import { planFlags } from "../project/plan-flags.ts";
import { sourceCaches } from "../project/source-caches.ts";
import { warnOfCheckouts } from "../project/warn-of-checkouts.ts";
import { createRenderer } from "../render/create-renderer.ts";
import { chooseReporters } from "../render/reporters.ts";
import { runTasks } from "../render/run-listr.ts";
import type { SessionAbout } from "../report/page/page-state.ts";
import { chooseReports } from "../report/report-formats.ts";
import { collectPlans } from "./collect-plans.ts";
import { resolveConcurrency } from "./concurrency.ts";
import { describeSession } from "./describe-session.ts";
import { loadReports } from "./load-reports.ts";
import { placeEvent } from "./place-event.ts";
import { readHistories } from "./read-histories.ts";
import { toMetadata, writeMetadata } from "./session-metadata.ts";
import type { SessionOptions } from "./session-options.ts";

export interface VariantSession {
  /** From formatSessionId. */
  readonly id: string;
  readonly records: Records;
  readonly targetFlags: ReadonlyMap<string, PlanFlags>;
  /** Called once, when all targets have ended. */
  readonly onFinished: (targets: readonly TargetFinished[]) => void;
}

export interface RemoteExecution {
  readonly createExecutor: Parameters<typeof executeWith>[1];
  close(): Promise<void>;
}

export interface SessionInputs {
  readonly engine: Engine;
  readonly facts: Facts;
  /** Undefined where nothing is built in an engine of this machine. */
  readonly ledger: Ledger | undefined;
  readonly lock?: Lock | undefined;
  /** The shared store; undefined where the config has none. */
  readonly store?: StoreUse | undefined;
  /** Undefined where no target needs attestations. */
  readonly attest?: AttestUse | undefined;
  readonly pushes: Pushes;
  readonly secrets: SecretValues;
  readonly options: SessionOptions;
  readonly context: CommandContext;
  /** Called once, when all targets have ended. */
  readonly onFinished?: ((targets: readonly TargetFinished[]) => void) | undefined;
  /** Opens the executor of a session whose targets are built elsewhere. */
  readonly remote?:
    | { readonly workers?: number; open(session: Session): Promise<RemoteExecution> }
    | undefined;
  /** Differences between the variants, if variants of targets are built. */
  readonly variants?: VariantSession | undefined;
}

/** Runs the session while the renderer shows it, and its page. Resolves to the exit code. */
export async function runSession(project: Project, session: SessionInputs): Promise<number> {
  const { ui } = session.options;
  if (ui === undefined) return await runOnPage(project, session, undefined);
  const page = await startPage(ui, session.context);
  if (page === "unavailable") return exitCodes.usage;
  try {
    return await runOnPage(project, session, page);
  } finally {
    await page.close();
  }
}

async function runOnPage(
  project: Project,
  session: SessionInputs,
  page: StartedPage | undefined,
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
  const records = variants?.records ?? createRecords(project.folders.memory);
  const needsPlan = reports.reports.some(({ format }) => format === "json");
  const known = { graph: project.graph, facts, lock: session.lock, records };
  const identities =
    needsPlan && session.remote?.workers === undefined
      ? await readIdentities(engine, known, { signal: context.signal })
      : new Map();
  const { signal } = context;
  let described: Promise<SessionAbout> | undefined;
  const about = () => {
    described ??= describeSession({ directory: project.directory, engine: facts.engine, signal });
    return described;
  };
  const histories = () => readHistories(project.graph.nodes.keys(), records);
  const plans = collectPlans(project, { facts, identities, flags, lock: session.lock });
  const renderer = createRenderer({
    reporters: chosen.reporters.filter(({ file }) => options.record === undefined || file !== undefined),
    reports: await loadReports(reports.reports, { planned: plans.planned, about, histories }),
    observers: [
      ...(page === undefined ? [] : [page.observe({ about: await about(), kind: "session", records })]),
      ...(options.record === undefined ? [] : [recordEvents(options.record)]),
    ],
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
  let remote: RemoteExecution | undefined;
  try {
    const { promise: begun, resolve: resolveBegun } = Promise.withResolvers<"begun">();
    // The step's first call goes out before listr2 is loaded, which keeps this thread for a while.
    const begin = () => setImmediate(resolveBegun, "begun");
    const planned: Session = {
      ...project,
      id: variants?.id ?? formatSessionId(currentOwner()),
      engine,
      leftovers: context.ending.leftovers,
      facts,
      lock: session.lock,
      store: session.store,
      attest: session.attest,
      flags,
      targetFlags: variants?.targetFlags,
      sources: {
        ...createSessionSources(context.env),
        readAgain: project.readAgain,
        withCheckouts: warnOfCheckouts(project, (message) =>
          renderer.render({ type: "session-warning", at: Date.now(), message }),
        ),
      },
      ledger: () => ledger,
      records,
      toolVersion: version,
      targetNames: [...new Set([...declaredNames(project), ...project.graph.nodes.keys()])],
      secrets,
      sourceCaches: sourceCaches(project, context.env),
      concurrency: resolveConcurrency(
        options.concurrency ?? project.config.concurrency,
        facts.engine?.cpus ?? 1,
      ),
      onFailure: options.onFailure ?? "continue",
      pushes: session.pushes,
      onPlanned: needsPlan ? plans.onPlanned : undefined,
      emit: (event) => {
        const placed = placeEvent(event, project.place);
        if (placed.type === "step-started") begin();
        renderer.render(placed);
      },
      workers: session.remote?.workers,
      signal: context.signal,
      clock: { now: Date.now },
    };
    remote = await session.remote?.open(planned);
    const execution: Execution =
      remote === undefined ? executePlan(planned) : executeWith(planned, remote.createExecutor);
    // If everything is up to date, there are no tasks to run, and listr2 is not even loaded.
    if ((await Promise.race([begun, execution.finished])) === "begun") {
      await runTasks({
        targets: [...project.graph.nodes.keys()],
        targetFinished: execution.targetFinished,
        renderer,
      });
    }
    const end = await execution.finished;
    const finished = Object.values(renderer.session.ended).flatMap((results) => [...results.values()]);
    const code = exitCodeFor({ failures: end.failures, targets: finished });
    renderer.close();
    variants?.onFinished(finished);
    session.onFinished?.(finished);
    const unwritten = [...renderer.problems()];
    if (options.metadataFile !== undefined) {
      const metadata = toMetadata({ end, session: renderer.session, graph: project.graph });
      const failure = await writeMetadata(resolve(context.cwd, options.metadataFile), metadata);
      if (failure !== undefined) unwritten.push(failure);
    }
    return unwritten.length === 0 ? code : Math.max(code, reportFailures(unwritten, context));
  } finally {
    await remote?.close();
    renderer.close();
  }
}

function recordEvents(render: (event: SessionEvent) => void) {
  return () => ({ open() {}, render, close() {} });
}

function declaredNames({ config }: Project): readonly string[] {
  return [...Object.keys(config.images ?? {}), ...Object.keys(config.apps ?? {})];
}
