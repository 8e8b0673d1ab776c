// Builds two variants of each app and compares them: from the command line to the report.
import {
  type CompareReport,
  decidePushes,
  EngineError,
  failureOfEngine,
  formatSessionId,
  formatVariantTag,
  removeVariantTags,
  type VariantPair,
  type VariantRequest,
  type Verdict,
  variantLayerTags,
} from "@sti/core";
import { createComparer, deriveVariants, toCompareReport } from "@sti/core/compare";
import { matchPaths, readImageFiles, readSecrets } from "@sti/source";
import { startConnecting } from "../engine/connect-engine.ts";
import { reportFailures, reportNothingSelected } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import type { LockFlags, ProjectFlags, SelectionFlags, TargetFlags } from "../process/flags.ts";
import { currentOwner } from "../process/session-owner.ts";
import { checkPlatform } from "../project/environment.ts";
import { loadProject } from "../project/load-project.ts";
import { createLogFolder } from "../project/log-folder.ts";
import { readProjectLock, refuseUnlocked } from "../project/project-lock.ts";
import { projectOptions } from "../project/project-options.ts";
import type { SessionOptions } from "../session/session-options.ts";
import { buildVariants } from "./build-variants.ts";
import { createCheckTools } from "./check-tools.ts";
import { comparePairs } from "./compare-pairs.ts";
import { findPublishHost } from "./find-publish-host.ts";

export interface CompareAppsOptions
  extends ProjectFlags,
    SelectionFlags,
    LockFlags,
    Pick<TargetFlags, "method">,
    Pick<SessionOptions, "concurrency" | "reporter" | "outputFile"> {
  readonly require?: Verdict;
  /** False: nothing is run, only images are compared. */
  readonly checks?: boolean;
  /** Patterns beside those of the config. */
  readonly ignore?: readonly string[];
  /** Look into contents that differ. */
  readonly hints?: boolean;
}

const IMAGE_FILES = { readFiles: readImageFiles, matchPaths };

/** A report, and the code that the command ends with but for its verdict. */
export interface ComparedApps {
  readonly report?: CompareReport;
  readonly exitCode: number;
}

/** Builds and compares. Temporary tags are removed whatever happens. */
export async function compareApps(
  targets: readonly string[],
  request: VariantRequest,
  options: CompareAppsOptions,
  context: CommandContext,
): Promise<ComparedApps> {
  const { env, signal } = context;
  const connection = startConnecting({ engine: options.engine, context });
  const stop = async (exitCode: number): Promise<ComparedApps> => {
    await connection.abandon();
    return { exitCode };
  };
  const id = formatSessionId(currentOwner());
  const project = await loadProject({
    ...projectOptions("compare", options, context),
    targets,
    affected: options.affected,
    needs: options.deps,
    shard: undefined,
    method: request.kind === "methods" ? undefined : options.method,
    derive: (graph, selected) =>
      deriveVariants(graph, request, {
        selected,
        tagOf: (name, number) => formatVariantTag(id, name, number),
      }),
  });
  if (!project.ok) return await stop(reportFailures(project.failures, context));
  const { directory, graph, folders, pairs = [], place } = project.value;
  if (pairs.length === 0) return await stop(reportNothingSelected(options, context));
  const locked = await readProjectLock(directory, { ...options, env });
  if (!locked.ok) return await stop(reportFailures(locked.failures, context));
  const nodes = [...graph.nodes.values()].map((node) => node.target);
  const secrets = await readSecrets(nodes, { directory, env, signal });
  if (!secrets.ok) return await stop(reportFailures(place(secrets.failures), context));
  const unset = pairs.flatMap(({ app }) => (options.checks === false ? [] : (app.checks?.unset ?? [])));
  if (unset.length > 0) return await stop(reportFailures(place(unset), context));
  const connected = await connection.connected;
  if (!connected.ok) return { exitCode: reportFailures(connected.failures, context) };
  const { engine, facts, ledger } = connected.value;
  const refused = [...checkPlatform(context.env, facts), ...refuseUnlocked(graph, locked.value, facts)];
  if (refused.length > 0) return { exitCode: reportFailures(place(refused), context) };

  const logs = createLogFolder(folders.logs, (message) => context.stderr.write(`sti: ${message}\n`));
  let containers = 0;
  let exitCode: number = exitCodes.done;
  try {
    const built = await buildVariants(project.value, pairs, {
      id,
      engine,
      facts,
      ledger,
      lock: locked.value.lock,
      pushes: decidePushes(graph, { request: "none", selected: [] }),
      secrets: secrets.value,
      options,
      context,
    });
    exitCode = built.exitCode;
    signal.throwIfAborted();
    const newName = () => {
      containers += 1;
      return `${id}-compare-${containers}`;
    };
    const apps = await comparePairs(pairs, {
      engine,
      comparer: createComparer({ engine, files: IMAGE_FILES, nextName: newName, signal }),
      finished: built.finished,
      rulesOf: ({ app: { compare } }) => ({
        ...compare,
        ignore: [...compare.ignore, ...(options.ignore ?? [])],
      }),
      // Builds that should be alike are inspected for causes of differences.
      hints: options.hints === true || request.kind === "repro",
      checks: options.checks !== false,
      tools: createCheckTools({ host: await findPublishHost(options.engine) }),
      logs,
      newName,
      signal,
    });
    const require = options.require ?? "equivalent";
    return { exitCode, report: toCompareReport(apps, { kind: request.kind, require }) };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { exitCode: reportFailures([failureOfEngine(error, "sti compare")], context) };
  } finally {
    const left = await removeVariantTags(engine, pairs.flatMap(tagsOf));
    if (left.length > 0) reportFailures(left, context);
  }
}

function tagsOf({ a, b, seed }: VariantPair): readonly string[] {
  return [a, b, ...(seed === undefined ? [] : [seed])].flatMap(({ target }) => [
    target.tag.full,
    ...(target.buildTag === undefined ? [] : [target.buildTag.full]),
    ...variantLayerTags(target).map(({ full }) => full),
  ]);
}
