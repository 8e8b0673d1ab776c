// `sti plan`: what would be done, without doing it.
import { relative, resolve } from "node:path";
import { type Plan, printGraph, SourceChangedError, sourceNotes, toPlanDocument } from "@sti/core";
import { exportSource, type LeftOutPath } from "@sti/source";
import { type LeftOut, printFiles, toFilesDocument } from "../print/print-files.ts";
import { printPlan } from "../print/print-plan.ts";
import { reportFailures, reportNothingSelected } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
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
import { warnOfCheckouts } from "../project/warn-of-checkouts.ts";
import { formatJson } from "../render/format-json.ts";
import { sanitizeLine } from "../render/sanitize.ts";
import { makePlan } from "./make-plan.ts";

export interface PlanOptions extends ProjectFlags, SelectionFlags, PlatformFlags, TargetFlags, LockFlags {
  readonly json?: boolean;
  /** Print the Dockerfile that is sent for this target. */
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
