// `sti plan`: what would be done, without doing it.
import { relative, resolve } from "node:path";
import {
  type CachingSession,
  type Failure,
  failed,
  type Lock,
  NO_FACTS,
  type Plan,
  type PlanFlags,
  planTargets,
  printGraph,
  type Records,
  type Result,
  readSourceCache,
  type SourceCacheFacts,
  SourceChangedError,
  sourceNotes,
  success,
  toPlanDocument,
} from "@sti/core";
import { createRecords, exportSource, type LeftOutPath, matchPaths } from "@sti/source";
import { connectEngine } from "../engine/connect-engine.ts";
import { surveyNeededImages } from "../engine/survey-needed-images.ts";
import { type LeftOut, printFiles, toFilesDocument } from "../print/print-files.ts";
import { printPlan } from "../print/print-plan.ts";
import { reportFailures, reportNothingSelected } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import type { LockFlags, ProjectFlags, SelectionFlags, TargetFlags } from "../process/flags.ts";
import { currentOwner } from "../process/session-owner.ts";
import { checkPlatform } from "../project/environment.ts";
import { loadProject, type Project } from "../project/load-project.ts";
import { planFlags } from "../project/plan-flags.ts";
import { type ProjectLock, readProjectLock, refuseUnlocked } from "../project/project-lock.ts";
import { projectOptions } from "../project/project-options.ts";
import { readShard } from "../project/read-shard.ts";
import { sourceCaches } from "../project/source-caches.ts";
import { warnOfCheckouts } from "../project/warn-of-checkouts.ts";
import { formatJson } from "../render/format-json.ts";
import { sanitizeLine } from "../render/sanitize.ts";
import { ownFacts } from "../session/own-facts.ts";
import { recallPasts } from "../session/recall-pasts.ts";

export interface PlanOptions extends ProjectFlags, SelectionFlags, TargetFlags, LockFlags {
  readonly json?: boolean;
  /** Print the generated Dockerfile of this app. */
  readonly dockerfile?: string;
  /** List what of the source of this app goes into its build. */
  readonly files?: string;
  /** Folder to write the source of the one selected target to. */
  readonly export?: string;
  readonly graph?: "mermaid" | "dot";
  readonly offline?: boolean;
}

/** Resolves to the exit code. */
export async function runPlan(
  targets: readonly string[],
  options: PlanOptions,
  context: CommandContext,
): Promise<number> {
  const named = [options.dockerfile, options.files].filter((name) => name !== undefined);
  const selected = [...named, ...targets];
  const shard = await readShard(options, context);
  if (!shard.ok) return reportFailures(shard.failures, context);
  const project = await loadProject({
    ...projectOptions("plan", options, context),
    targets: selected,
    affected: options.affected,
    needs: options.deps,
    shard: shard.value,
    method: options.method,
  });
  if (!project.ok) return reportFailures(project.failures, context);
  if (project.value.selected.length === 0 && options.json !== true) {
    return reportNothingSelected(options, context);
  }
  if (options.graph !== undefined) {
    context.stdout.write(printGraph(project.value.graph, options.graph));
    return 0;
  }
  if (options.files !== undefined) return await writeFiles(project.value, options.files, options, context);
  if (options.export !== undefined) return await writeSource(project.value, options.export, context);
  const locked = await readProjectLock(project.value.directory, { ...options, env: context.env });
  if (!locked.ok) return reportFailures(locked.failures, context);
  // Labels contain the location of a source; only the JSON shows them.
  const withCheckouts = warnOfCheckouts(project.value, (message) =>
    context.stderr.write(`sti: ${sanitizeLine(message)}\n`),
  );
  const snapshots = options.json === true ? await withCheckouts() : project.value.snapshots;
  const made = await makePlan({ ...project.value, snapshots }, { ...options, locked: locked.value }, context);
  if (!made.ok) return reportFailures(made.failures, context);
  const { plan, refused } = made.value;
  if (options.dockerfile !== undefined) return printDockerfile(plan, options.dockerfile, context);
  context.stdout.write(
    options.json === true
      ? formatJson(toPlanDocument(plan), 2)
      : printPlan(plan, { verbose: options.verbose === true, stream: context.stdout }),
  );
  const failures = [...refused, ...plan.targets.flatMap((target) => target.failures)];
  return failures.length === 0 ? 0 : reportFailures(project.value.place(failures), context);
}

async function writeFiles(
  { directory, graph, listLeftOut, snapshots }: Project,
  name: string,
  { json }: PlanOptions,
  { stdout }: CommandContext,
): Promise<number> {
  const target = graph.nodes.get(name)?.target;
  const snapshot = snapshots.get(name);
  if (target === undefined || snapshot === undefined) throw new Error(`the plan has no source of ${name}`);
  const leftOut = toLeftOut(await listLeftOut(target), directory);
  stdout.write(
    json === true
      ? formatJson(toFilesDocument(name, { snapshot, leftOut }), 2)
      : printFiles({ snapshot, leftOut }),
  );
  return 0;
}

/** `directory`: folder of the config. */
function toLeftOut(paths: readonly LeftOutPath[], directory: string): readonly LeftOut[] {
  return paths.map(({ origin, path }) => ({
    path: relative(directory, path),
    rules: typeof origin === "string" ? origin : "file",
    file: typeof origin === "string" ? null : relative(directory, origin.file),
  }));
}

async function writeSource(
  { selected, snapshots }: Project,
  folder: string,
  { cwd, stderr, stdout }: CommandContext,
): Promise<number> {
  const [name, ...others] = selected;
  const snapshot = name === undefined ? undefined : snapshots.get(name);
  if (snapshot === undefined || others.length > 0) {
    stderr.write(
      "sti: --export writes the source of one target; name one: sti plan TARGET --export FOLDER\n",
    );
    return 2;
  }
  let problem: string | undefined;
  try {
    problem = await exportSource(snapshot, resolve(cwd, folder));
  } catch (error) {
    if (!(error instanceof SourceChangedError)) throw error;
    stderr.write(`sti: ${sanitizeLine(error.message)}; run the command again\n`);
    return 1;
  }
  if (problem !== undefined) {
    stderr.write(`sti: ${sanitizeLine(folder)} ${problem}; name a new or an empty folder\n`);
    return 2;
  }
  for (const note of sourceNotes(snapshot)) stderr.write(`sti: ${sanitizeLine(note)}\n`);
  const files = snapshot.entries.filter(({ kind }) => kind !== "directory").length;
  stdout.write(`${files === 1 ? "1 file" : `${files} files`} written to ${sanitizeLine(folder)}\n`);
  return 0;
}

async function makePlan(
  project: Project,
  options: PlanOptions & { readonly locked: ProjectLock },
  context: CommandContext,
): Promise<Result<{ readonly plan: Plan; readonly refused: readonly Failure[] }>> {
  const { lock } = options.locked;
  const flags = planFlags(options, context.env);
  const records = createRecords(project.folders.memory);
  if (options.offline === true) {
    const plan = await planOffline(project, { flags, lock, records });
    // The engine's images are unknown; images missing in the lock file are known.
    const unlocked = refuseUnlocked(project.graph, options.locked, NO_FACTS);
    return success({ plan, refused: unlocked.filter(({ code }) => code === "lock-incomplete") });
  }
  const connected = await connectEngine({ engine: options.engine, context });
  if (!connected.ok) return failed(connected.failures);
  const { engine, facts } = connected.value;
  const refused = [
    ...checkPlatform(context.env, facts),
    ...refuseUnlocked(project.graph, options.locked, facts),
  ];
  const { signal } = context;
  const own = await ownFacts(engine, { ...project, facts, records, signal });
  const inputs = { ...project, facts: own, lock, flags, matchPaths };
  const pasts = await recallPasts(inputs, records);
  const first = planTargets({ ...inputs, pasts, imageFacts: () => undefined });
  if (!first.targets.some(({ decision }) => decision.kind === "build")) {
    return success({ plan: first, refused });
  }
  const imageFacts = await surveyNeededImages(engine, {
    graph: project.graph,
    facts,
    lock,
    plan: first,
    records,
    owner: currentOwner(),
    signal,
  });
  const keeping = { engine, records, flags, sourceCaches: sourceCaches(project, context.env) };
  const sourceCache = await recallSourceCaches(first, project, keeping);
  return success({ plan: planTargets({ ...inputs, pasts, imageFacts, sourceCache }), refused });
}

/** The source caches of the targets to build. */
async function recallSourceCaches(
  { targets }: Plan,
  { graph }: Project,
  keeping: CachingSession,
): Promise<ReadonlyMap<string, SourceCacheFacts>> {
  const known = await Promise.all(
    targets.map(async ({ decision, name }) => {
      const node = decision.kind === "up-to-date" ? undefined : graph.nodes.get(name);
      const sourceCache = node === undefined ? undefined : await readSourceCache(node.target, keeping);
      return sourceCache === undefined ? [] : [[name, sourceCache] as const];
    }),
  );
  return new Map(known.flat());
}

async function planOffline(
  project: Project,
  known: { readonly flags: PlanFlags; readonly lock: Lock | undefined; readonly records: Records },
): Promise<Plan> {
  const { flags, lock, records } = known;
  const inputs = { ...project, facts: NO_FACTS, lock, flags, matchPaths };
  const pasts = await recallPasts(inputs, records);
  return planTargets({ ...inputs, pasts, imageFacts: () => undefined });
}

function printDockerfile(plan: Plan, name: string, context: CommandContext): number {
  const target = plan.targets.find((planned) => planned.name === name);
  const step = target?.steps.find(
    (candidate) => candidate.kind === "build-image" && candidate.stage === "result",
  );
  if (step?.kind === "build-image") {
    context.stdout.write(step.dockerfile.text);
    return 0;
  }
  context.stderr.write(
    target?.decision.kind === "up-to-date"
      ? `sti: ${name} is up to date, so nothing is generated; add --force to see its Dockerfile\n`
      : `sti: ${name} is built by the container method, which has no Dockerfile; add -m dockerfile to see one\n`,
  );
  return 2;
}
