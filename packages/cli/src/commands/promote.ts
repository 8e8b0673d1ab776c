// `sti promote`: moves a tag to an image that was found equivalent to the one that has the tag. Nothing is built;
// nothing moves on a worse verdict, or where the tag was moved meanwhile.
import { lockFile, readLock, writeLock } from "@sti/config/load";
import {
  type AppTarget,
  type Engine,
  EngineError,
  type Failure,
  failureOfEngine,
  formatSessionId,
  type ImageDetails,
  type ImageReference,
  listDigests,
  NO_RULES,
  parseImageReference,
  type Verdict,
} from "@sti/core";
import { createComparer, isAtLeast } from "@sti/core/compare";
import { matchPaths, readImageFiles } from "@sti/source";
import { createCheckTools } from "../compare/check-tools.ts";
import { compareSides, type SidesComparison } from "../compare/compare-sides.ts";
import { findPublishHost } from "../compare/find-publish-host.ts";
import {
  type PromoteDocument,
  type PromoteReport,
  printPromoteReport,
} from "../compare/print-promote-report.ts";
import { connectEngine } from "../engine/connect-engine.ts";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import type { ProjectFlags } from "../process/flags.ts";
import { currentOwner } from "../process/session-owner.ts";
import { loadGraph, type ProjectGraph } from "../project/load-project.ts";
import { createLogFolder } from "../project/log-folder.ts";
import { projectFolders } from "../project/project-folders.ts";
import { projectOptions } from "../project/project-options.ts";
import { formatJson } from "../render/format-json.ts";
import { useColour } from "../render/use-colour.ts";

export interface PromoteOptions extends ProjectFlags {
  /** The tag that is moved. */
  readonly to: string;
  readonly ifEquivalent?: boolean;
  readonly require?: Verdict;
  /** False: nothing is run, only images are compared. */
  readonly checks?: boolean;
  readonly json?: boolean;
}

/** Image to promote, and its new tag. */
interface Promotion {
  /** Of a target its tag. */
  readonly from: ImageReference;
  readonly to: ImageReference;
  readonly app: AppTarget | undefined;
  /** Undefined where there is no config. */
  readonly project: ProjectGraph | undefined;
}

/** Resolves to the exit code: 1 if the findings prevented the move. */
export async function runPromote(
  image: string,
  options: PromoteOptions,
  context: CommandContext,
): Promise<number> {
  const { signal, stderr } = context;
  const refuse = (text: string, code: number = exitCodes.usage) => {
    stderr.write(`sti: ${text}\n`);
    return code;
  };
  if (options.ifEquivalent !== true) {
    return refuse("no tag was moved: a tag is moved only after a comparison; pass --if-equivalent");
  }
  const found = await findPromotion(image, options, context);
  if ("failures" in found) return reportFailures(found.failures, context);
  if ("problem" in found) return refuse(found.problem);
  const { from, to } = found;
  const connected = await connectEngine({ engine: options.engine, context });
  if (!connected.ok) return reportFailures(connected.failures, context);
  const { engine } = connected.value;
  try {
    const [candidate, present] = await Promise.all([
      engine.inspectImage(from.full, { signal }),
      engine.inspectImage(to.full, { signal }),
    ]);
    if (candidate === undefined) {
      const hint = found.app === undefined ? "pull or build it first" : `sti run ${image} makes it`;
      return refuse(`the engine has no image ${from.short}: ${hint}`, exitCodes.environment);
    }
    if (present === undefined) {
      const text = `image ${to.short} not found in the engine: nothing to compare with; set the tag with docker tag first`;
      return refuse(text, exitCodes.targetFailed);
    }
    return await promote(found, { candidate, present }, { engine, options, context });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return reportFailures([failureOfEngine(error, image)], context);
  }
}

/** A name of the config comes first; any other name is an image, which needs no config. */
async function findPromotion(
  image: string,
  options: PromoteOptions,
  context: CommandContext,
): Promise<Promotion | { readonly failures: readonly Failure[] } | { readonly problem: string }> {
  const loaded = await loadGraph({
    ...projectOptions("promote", options, context),
    targets: [],
    method: undefined,
  });
  const isWithout = !loaded.ok && loaded.failures.every(({ code }) => code === "config-not-found");
  if (!loaded.ok && !isWithout) return { failures: loaded.failures };
  const to = parseImageReference(options.to);
  if ("problem" in to) return { problem: `--to ${options.to} is not a tag: it ${to.problem}` };
  if (to.reference.digest !== undefined)
    return { problem: `--to ${options.to} has a digest, which cannot move` };
  const project = loaded.ok ? loaded.value : undefined;
  const target = project?.graph.nodes.get(image)?.target;
  if (target !== undefined) {
    const app = target.kind === "app" ? target : undefined;
    return { from: target.tag, to: to.reference, app, project };
  }
  const from = parseImageReference(image);
  if ("problem" in from)
    return { problem: `${image} is not a target, and as an image reference it ${from.problem}` };
  // An app's own tag means the app.
  const app = [...(project?.graph.nodes.values() ?? [])]
    .map((node) => node.target)
    .find((one): one is AppTarget => one.kind === "app" && one.tag.full === from.reference.full);
  return { from: from.reference, to: to.reference, app, project };
}

interface Work {
  readonly engine: Engine;
  readonly options: PromoteOptions;
  readonly context: CommandContext;
}

async function promote(
  promotion: Promotion,
  images: { readonly candidate: ImageDetails; readonly present: ImageDetails },
  work: Work,
): Promise<number> {
  const { from, project, to } = promotion;
  const { candidate, present } = images;
  const { context, engine, options } = work;
  const base = { from: from.short, to: to.short, before: present.id, after: candidate.id };
  if (candidate.id === present.id) {
    printReport({ ...base, outcome: "already-there", verdict: "identical", locked: false }, work);
    return exitCodes.done;
  }
  const { comparison, logs } = await compare(promotion, images, work);
  const { verdict } = comparison;
  const compared = { ...base, verdict, comparison, logs: logs.filter((log) => log !== undefined) };
  if (!isAtLeast(verdict, options.require ?? "equivalent")) {
    printReport({ ...compared, outcome: "refused", locked: false }, work);
    return exitCodes.targetFailed;
  }
  // Only the image that was compared is moved.
  const now = await engine.inspectImage(to.full, { signal: context.signal });
  if (now?.id !== present.id) {
    context.stderr.write(`sti: no tag was moved: ${to.short} changed during the comparison\n`);
    return exitCodes.targetFailed;
  }
  await engine.tagImage(candidate.id, to.full);
  const locked = project === undefined ? false : await lockMoved(project.directory, to, candidate);
  if (typeof locked !== "boolean") {
    await engine.tagImage(present.id, to.full);
    return reportFailures([locked], context);
  }
  printReport({ ...compared, outcome: "moved", locked }, work);
  return exitCodes.done;
}

async function compare(
  { app, from, project, to }: Promotion,
  { candidate, present }: { readonly candidate: ImageDetails; readonly present: ImageDetails },
  { context, engine, options }: Work,
): Promise<SidesComparison> {
  const { cwd, signal } = context;
  const id = formatSessionId(currentOwner());
  let containers = 0;
  const newName = () => {
    containers += 1;
    return `${id}-compare-${containers}`;
  };
  const folders = project?.folders ?? projectFolders(cwd, context.env);
  const files = { readFiles: readImageFiles, matchPaths };
  const side = (name: string, file: string, details: ImageDetails) => ({ name, file, details });
  return await compareSides(
    side(to.short, "promote@present", present),
    side(from.short, "promote@candidate", candidate),
    {
      engine,
      comparer: createComparer({ engine, files, nextName: newName, signal }),
      rules: app?.compare ?? NO_RULES,
      hints: false,
      checks: options.checks === false ? undefined : app?.checks,
      tools: createCheckTools({ host: await findPublishHost(options.engine) }),
      logs: createLogFolder(folders.logs, (message) => context.stderr.write(`sti: ${message}\n`)),
      newName,
      signal,
    },
  );
}

/** Whether the lock file has the tag, and now has its new image; or why it could not be written. */
async function lockMoved(
  directory: string,
  to: ImageReference,
  { architecture, digests, id, os }: ImageDetails,
): Promise<boolean | Failure> {
  const file = lockFile(directory);
  const read = await readLock(file);
  if (!read.ok) return read.failures[0] as Failure;
  const entry = read.value?.get(to.full);
  if (read.value === undefined || entry === undefined) return false;
  const digest = listDigests(to.full, { digests })[0];
  const next = new Map(read.value).set(to.full, {
    short: entry.short,
    digest,
    id,
    platform: `${os}/${architecture}`,
  });
  return (await writeLock(file, next)) ?? true;
}

function printReport(report: PromoteReport, { context, options }: Work): void {
  const { stderr, stdout } = context;
  if (options.json === true) {
    stdout.write(formatJson({ schemaVersion: 1, ...report } satisfies PromoteDocument, 2));
    return;
  }
  const stream = report.outcome === "refused" ? stderr : stdout;
  if (options.quiet === true && stream === stdout) return;
  const columns = stream.columns ?? Number.POSITIVE_INFINITY;
  stream.write(
    printPromoteReport(report, {
      columns,
      colour: useColour(stream),
      extent: options.verbose === true ? "all" : "first",
      cwd: context.cwd,
    }),
  );
}
