// `sti plan`: what would be done, without doing it.
import {
  type Facts,
  failed,
  type ImageFacts,
  NO_FACTS,
  type Plan,
  planTargets,
  printGraph,
  type Result,
  success,
  type TargetRecord,
  toPlanDocument,
} from "@sti/core";
import { createRecords } from "@sti/source";
import { connectEngine } from "../connect-engine.ts";
import { loadProject, type Project } from "../load-project.ts";
import { planFlags } from "../plan-flags.ts";
import { printFiles, toFilesDocument } from "../print-files.ts";
import { printPlan } from "../print-plan.ts";
import { currentOwner } from "../session-owner.ts";
import { surveyNeededImages } from "../survey-needed-images.ts";
import { type CommandContext, reportFailures } from "./command.ts";
import type { ProjectFlags, TargetFlags } from "./flags.ts";

export interface PlanOptions extends ProjectFlags, TargetFlags {
  readonly json?: boolean;
  /** Print the generated Dockerfile of this app. */
  readonly dockerfile?: string;
  /** List what of the source of this app goes into its build. */
  readonly files?: string;
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
  const project = await loadProject({
    cwd: context.cwd,
    config: options.config,
    targets: selected,
    method: options.method,
    env: context.env,
    signal: context.signal,
  });
  if (!project.ok) return reportFailures(project.failures, context);
  if (options.graph !== undefined) {
    context.stdout.write(printGraph(project.value.graph, options.graph));
    return 0;
  }
  const listed = options.files === undefined ? undefined : project.value.snapshots.get(options.files);
  if (options.files !== undefined && listed !== undefined) {
    context.stdout.write(
      options.json === true
        ? `${JSON.stringify(toFilesDocument(options.files, listed), null, 2)}\n`
        : printFiles(listed),
    );
    return 0;
  }
  const plan = await makePlan(project.value, options, context);
  if (!plan.ok) return reportFailures(plan.failures, context);
  if (options.dockerfile !== undefined) return printDockerfile(plan.value, options.dockerfile, context);
  context.stdout.write(
    options.json === true
      ? `${JSON.stringify(toPlanDocument(plan.value), null, 2)}\n`
      : printPlan(plan.value, { verbose: options.verbose === true, stream: context.stdout }),
  );
  const failures = plan.value.targets.flatMap((target) => target.failures);
  return failures.length === 0 ? 0 : reportFailures(project.value.place(failures), context);
}

async function makePlan(
  project: Project,
  options: PlanOptions,
  context: CommandContext,
): Promise<Result<Plan>> {
  const flags = planFlags(options, context.env);
  const plan = (facts: Facts, imageFacts: (id: string, scripts: string) => ImageFacts | undefined) =>
    planTargets({ ...project, snapshots, facts, imageFacts, records, flags });
  const records = await readRecords(project);
  // Where a source lies is told by labels, which only the JSON shows.
  const snapshots = options.json === true ? await project.withCheckouts() : project.snapshots;
  const nothingKnown = () => undefined;
  if (options.offline === true) return success(plan(NO_FACTS, nothingKnown));
  const connected = await connectEngine({ engine: options.engine, signal: context.signal });
  if (!connected.ok) return failed(connected.failures);
  const { engine, facts } = connected.value;
  const first = plan(facts, nothingKnown);
  const imageFacts = await surveyNeededImages(engine, {
    graph: project.graph,
    facts,
    plan: first,
    records: createRecords(project.stateDirectory),
    owner: currentOwner(),
    signal: context.signal,
  });
  return success(plan(facts, imageFacts));
}

async function readRecords(project: Project): Promise<ReadonlyMap<string, TargetRecord>> {
  const records = createRecords(project.stateDirectory);
  const found = await Promise.all([...project.graph.nodes.keys()].map((name) => records.read(name)));
  return new Map(found.flatMap((record) => (record === undefined ? [] : [[record.target, record]])));
}

function printDockerfile(plan: Plan, name: string, context: CommandContext): number {
  const target = plan.targets.find((planned) => planned.name === name);
  const step = target?.steps.find((candidate) => candidate.kind === "build-image");
  if (step?.kind === "build-image") {
    context.stdout.write(step.dockerfile.text);
    return 0;
  }
  context.stderr.write(
    target?.decision.kind === "up-to-date"
      ? `sti: ${name} is up to date, so nothing is generated; add --force to see its Dockerfile\n`
      : `sti: ${name} is built by the container method, which has no Dockerfile; add -m build to see one\n`,
  );
  return 2;
}
