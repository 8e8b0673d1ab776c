// `sti ci`: prints a pipeline that builds on many machines. Asks no engine; reads sources only to ask the store (--missing).
import { parseImageReference, targetLevels } from "@sti/core";
import {
  type CachedPipeline,
  printCachedGithub,
  printCachedGitlab,
  printGitlabChild,
} from "../print/print-cached-pipeline.ts";
import { type PipelineFormat, printPipeline, toLevelsDocument } from "../print/print-pipeline.ts";
import { reportFailures, reportNothingSelected } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import type { LockFlags, ProjectFlags, SelectionFlags } from "../process/flags.ts";
import { loadGraph, loadProject } from "../project/load-project.ts";
import { projectOptions } from "../project/project-options.ts";
import { formatJson } from "../render/format-json.ts";
import { searchStore } from "./search-store.ts";

export interface CiOptions extends ProjectFlags, SelectionFlags, LockFlags {
  /** A pipeline whose first job asks the store. */
  readonly cache?: boolean;
  /** Only targets whose results the store lacks; it is asked now. */
  readonly missing?: boolean;
  /** False: jobs add nothing to the store, so that each one builds what it needs. */
  readonly cacheWrite?: boolean;
  /** Names of the jobs of the pipeline that asks. */
  readonly jobs?: readonly string[];
}

/** Resolves to the exit code. */
export async function runCi(
  [format, ...selectors]: readonly [format: PipelineFormat, ...selectors: string[]],
  options: CiOptions,
  context: CommandContext,
): Promise<number> {
  const wrong = checkUsage(format, options);
  if (wrong !== undefined) return refuse(wrong, context);
  const loading = {
    ...projectOptions("ci", options, context),
    targets: selectors,
    affected: options.affected,
    method: undefined,
  };
  if (options.missing === true) return await printMissing(format, { loading, options }, context);
  const loaded = await loadGraph(loading);
  if (!loaded.ok) return reportFailures(loaded.failures, context);
  const { config, graph, selected } = loaded.value;
  if (selected.length === 0 && format !== "json") return reportNothingSelected(options, context);
  const levels = targetLevels(graph);
  if (options.cache !== true) {
    context.stdout.write(printPipeline(format, levels));
    return exitCodes.done;
  }
  if (config.cache === undefined) return refuse(NO_STORE, context);
  const pipeline: CachedPipeline = { levels, registry: hostOf(config.cache.image), selectors };
  context.stdout.write(format === "github" ? printCachedGithub(pipeline) : printCachedGitlab(pipeline));
  return exitCodes.done;
}

async function printMissing(
  format: PipelineFormat,
  { loading, options }: { readonly loading: Parameters<typeof loadProject>[0]; readonly options: CiOptions },
  context: CommandContext,
): Promise<number> {
  const project = await loadProject(loading);
  if (!project.ok) return reportFailures(project.failures, context);
  const { cache } = project.value.config;
  if (cache === undefined) return refuse(NO_STORE, context);
  const searched = await searchStore(project.value, { ...options, settings: cache }, context);
  if (!searched.ok) return reportFailures(searched.failures, context);
  const writes = options.cacheWrite !== false && (cache.write ?? true);
  const chosen = new Set(writes ? searched.value.missing : searched.value.outermost);
  const levels = targetLevels(project.value.graph);
  if (format === "gitlab") {
    const registry = hostOf(cache.image);
    context.stdout.write(printGitlabChild({ levels, registry }, { chosen, writes }));
    return exitCodes.done;
  }
  const document = toLevelsDocument(levels, chosen);
  const lost = Object.entries(document.jobs).find(
    ([job, targets]) => options.jobs?.includes(job) === false && targets.length > 0,
  );
  if (lost !== undefined) {
    const [job] = lost;
    return refuse(
      `the pipeline has no job ${job}\n  hint: print it again with sti ci github --cache`,
      context,
    );
  }
  context.stdout.write(formatJson(document, 2));
  return exitCodes.done;
}

const NO_STORE = 'the config has no store\n  hint: add cache: { image: "registry.example/acme/store" }';

function checkUsage(format: PipelineFormat, options: CiOptions): string | undefined {
  const { affected, cache, cacheWrite, jobs, missing } = options;
  if (cache === true && missing === true) return "--cache and --missing exclude each other";
  if (cache === true && format === "json")
    return "--cache is for github and gitlab; for json, there is --missing";
  if (cache === true && affected !== undefined)
    return "--affected is not for --cache: its first job asks the store what has changed";
  if (missing === true && format === "github")
    return "--missing is for json and gitlab; for github, there is --cache";
  if (missing !== true && cacheWrite === false) return "--no-cache-write is for --missing";
  return jobs !== undefined && (missing !== true || format !== "json")
    ? "--jobs is for json --missing"
    : undefined;
}

function hostOf(image: string): string {
  const parsed = parseImageReference(image);
  const [host = ""] = "reference" in parsed ? parsed.reference.repository.split("/") : [];
  return host;
}

function refuse(message: string, { stderr }: CommandContext): number {
  stderr.write(`sti: ${message}\n`);
  return exitCodes.usage;
}
