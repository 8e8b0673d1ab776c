// `sti push`: pushes targets that are built and up to date, and builds nothing.
import {
  decidePushes,
  type Failure,
  keepNeeded,
  type Lock,
  type Pushes,
  refusePartialPushes,
  type TargetGraph,
} from "@sti/core";
import { createRecords, matchPaths } from "@sti/source";
import { type Connection, connectEngine } from "../engine/connect-engine.ts";
import { openAttest } from "../engine/open-attest.ts";
import { type OpenStore, openStore } from "../engine/open-store.ts";
import { reportFailures, reportNothingSelected } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import type { ProjectFlags, SelectionFlags, TargetFlags } from "../process/flags.ts";
import { loadProject, type Project } from "../project/load-project.ts";
import { planFlags } from "../project/plan-flags.ts";
import { readProjectLock } from "../project/project-lock.ts";
import { projectOptions } from "../project/project-options.ts";
import { spreadProject } from "../project/spread-project.ts";
import { checkPushes } from "../session/check-pushes.ts";
import { readEngineAnswers } from "../session/engine-answers.ts";
import { needsPlatforms, openPlatforms } from "../session/platform-execution.ts";
import { runSession } from "../session/run-session.ts";
import type { SessionOptions } from "../session/session-options.ts";

export interface PushOptions
  extends ProjectFlags,
    SelectionFlags,
    Pick<TargetFlags, "method">,
    Pick<SessionOptions, "concurrency" | "metadataFile" | "outputFile" | "report" | "reporter"> {
  /** All together, none after one that failed. */
  readonly atomic?: boolean;
}

/** Resolves to the exit code. */
export async function runPush(
  targets: readonly string[],
  options: PushOptions,
  context: CommandContext,
): Promise<number> {
  const loaded = await loadProject({
    ...projectOptions("push", options, context),
    targets,
    affected: options.affected,
    method: options.method,
  });
  if (!loaded.ok) return reportFailures(loaded.failures, context);
  if (loaded.value.selected.length === 0) return reportNothingSelected(options, context);
  const connected = await connectEngine({ engine: options.engine, context });
  if (!connected.ok) return reportFailures(connected.failures, context);
  const { facts } = connected.value;
  const spread = spreadProject(loaded.value, { facts });
  if (!spread.ok) return reportFailures(loaded.value.place(spread.failures), context);
  const project = { ...spread.value, graph: withoutPulls(spread.value.graph) };
  const pushes = decidePushes(project.graph, {
    request: options.atomic === true ? "atomic" : "each",
    selected: project.selected,
  });
  const partial = refusePartialPushes(project.graph, pushes, {
    hasStore: project.config.cache !== undefined,
    isAsked: true,
  });
  if (partial.length > 0) return reportFailures(project.place(partial), context);
  const pushed = { ...project, graph: keepNeeded(project.graph, pushes.targets) };
  if (!needsPlatforms({ facts, graph: pushed.graph }))
    return await pushFrom(project, { ...connected.value, pushed, pushes, targets, options, context });
  const locked = await readProjectLock(project.directory, { frozen: false, env: context.env });
  if (!locked.ok) return reportFailures(locked.failures, context);
  const { lock } = locked.value;
  const store = await openStore(project, { load: "none" }, { context, engine: facts.engine });
  if (!store.ok) return reportFailures(project.place(store.failures), context);
  try {
    const given = { lock, pushed, pushes, store: store.value, targets, options, context };
    return await pushFrom(project, { ...connected.value, ...given });
  } finally {
    await store.value?.close();
  }
}

interface Pushing extends Pick<Connection, "engine" | "facts" | "ledger"> {
  /** The part of the project that is pushed. */
  readonly pushed: Project;
  readonly pushes: Pushes;
  readonly lock?: Lock | undefined;
  /** Undefined if nothing is pushed for several platforms. */
  readonly store?: OpenStore | undefined;
  readonly targets: readonly string[];
  readonly options: PushOptions;
  readonly context: CommandContext;
}

/** Pushes what is in the engine, and joins what is in the store. */
async function pushFrom(
  project: Project,
  { context, engine, facts, ledger, lock, options, pushed, pushes, store, targets }: Pushing,
): Promise<number> {
  const records = createRecords(project.folders.memory);
  const { signal } = context;
  const known = { graph: project.graph, facts, lock, records, signal };
  const answers = await readEngineAnswers(engine, known);
  const inputs = { ...project, ...answers, lock, flags: planFlags({}, context.env), matchPaths };
  const refused = [
    ...refuseForbidden(project, targets),
    ...(await checkPushes({ inputs, pushes, records, store, context })),
  ];
  // Nothing is pushed unless everything can be.
  if (refused.length > 0) return reportFailures(project.place(refused), context);
  if (pushes.targets.size === 0) {
    if (options.quiet !== true) context.stdout.write("sti: nothing to push: all targets have push: false\n");
    return 0;
  }
  const attest = await openAttest(pushed, { pushes, store: store?.use }, context);
  if (!attest.ok) return reportFailures(project.place(attest.failures), context);
  try {
    return await runSession(pushed, {
      engine,
      facts,
      ledger,
      lock,
      pushes,
      store: store?.use,
      attest: attest.value?.use,
      secrets: new Map(),
      options,
      context,
      remote: store && { open: openPlatforms(store.useFor) },
    });
  } finally {
    await attest.value?.close();
  }
}

/** Named targets whose config forbids it. */
function refuseForbidden({ graph, selected }: Project, named: readonly string[]): readonly Failure[] {
  if (named.length === 0) return [];
  return selected.flatMap((name): Failure[] => {
    const target = graph.nodes.get(name)?.target;
    if (target?.push !== false) return [];
    const { path, tag } = target;
    const reason = "its config has push: false";
    return [{ code: "push-refused", target: name, path: [...path, "push"], tag: tag.short, reason }];
  });
}

/**
 * Whether something is up to date is decided by the images that are there: a push fetches none. Results for several platforms
 * may be in the store alone.
 */
function withoutPulls(graph: TargetGraph): TargetGraph {
  const nodes = [...graph.nodes].map(([name, node]) => {
    const { target } = node;
    const pull = target.platform === undefined ? "never" : target.pull === "always" ? "missing" : target.pull;
    return [name, { ...node, target: { ...target, pull } }] as const;
  });
  return { ...graph, nodes: new Map(nodes) };
}
