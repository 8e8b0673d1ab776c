// `sti promote`: moves a tag to an image that was found equivalent to the one that has the tag. Nothing is built;
// nothing moves on a worse verdict, or where the tag was moved meanwhile.
import { lockFile, readLock, writeLock } from "@sti/config/load";
import {
  type Engine,
  EngineError,
  type Failure,
  failureOfEngine,
  formatSessionId,
  type ImageDetails,
  type ImageReference,
  listDigests,
  NO_RULES,
  type Verdict,
} from "@sti/core";
import { createComparer, isAtLeast } from "@sti/core/compare";
import { matchPaths, readImageFiles } from "@sti/source";
import { type BorrowedImage, borrowImage } from "../compare/borrow-image.ts";
import { createCheckTools } from "../compare/check-tools.ts";
import { compareSides, type SidesComparison } from "../compare/compare-sides.ts";
import { findPromotion, type Promotion } from "../compare/find-promotion.ts";
import { findPublishHost } from "../compare/find-publish-host.ts";
import { findStored } from "../compare/find-stored.ts";
import {
  type PromoteDocument,
  type PromoteReport,
  printPromoteReport,
} from "../compare/print-promote-report.ts";
import { formatStoredName } from "../compare/stored-name.ts";
import { connectEngine } from "../engine/connect-engine.ts";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import type { ProjectFlags } from "../process/flags.ts";
import { currentOwner } from "../process/session-owner.ts";
import { createLogFolder } from "../project/log-folder.ts";
import { projectFolders } from "../project/project-folders.ts";
import { formatJson } from "../render/format-json.ts";
import { sanitizeLine } from "../render/sanitize.ts";
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
  const { from, platforms = [], to } = found;
  if (platforms.length > 1) return refuse(describeSeveral(found.name, platforms));
  const connected = await connectEngine({ engine: options.engine, context });
  if (!connected.ok) return reportFailures(connected.failures, context);
  const { engine } = connected.value;
  const work = { engine, options, context };
  let borrowed: BorrowedImage | undefined;
  try {
    const inspect = async (image: ImageReference) => await engine.inspectImage(image.full, { signal });
    const [candidate, present] = await Promise.all([from && inspect(from), inspect(to)]);
    const lacks = from === undefined ? undefined : `the engine has no image ${from.short}`;
    if (candidate === undefined && found.stored === undefined) {
      const hint = found.app === undefined ? "pull or build it first" : `sti run ${image} makes it`;
      return refuse(`${lacks}: ${hint}`, exitCodes.environment);
    }
    if (present === undefined) {
      const text = `image ${to.short} not found in the engine: nothing to compare with; set the tag with docker tag first`;
      return refuse(text, exitCodes.targetFailed);
    }
    if (candidate !== undefined) return await promote(found, { candidate, present }, work);
    const asking = { ...connected.value, command: "promote", options, context };
    const stored = await findStored(found.stored ?? "", asking);
    if ("failures" in stored) return reportFailures(stored.failures, context);
    if ("problem" in stored) {
      const text = lacks === undefined ? stored.problem : `${lacks}, and ${stored.problem}`;
      return refuse(sanitizeLine(text), exitCodes.environment);
    }
    borrowed = await borrowImage(connected.value, stored.image, context);
    const name = formatStoredName(found.stored ?? "");
    return await promote({ ...found, name }, { candidate: borrowed.details, present }, work);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return reportFailures([failureOfEngine(error, image)], context);
  } finally {
    await borrowed?.release();
  }
}

/** A promotion of one image would leave the others where they are. */
function describeSeveral(name: string, platforms: readonly string[]): string {
  const last = platforms.at(-1);
  const all = `${platforms.slice(0, -1).join(", ")} and ${last}`;
  return `no tag was moved: ${name} is built for ${all}, and a tag of the engine names one image; compare it on a machine of each platform with sti compare --require equivalent, then move the tag of its index in the registry (docker buildx imagetools create --tag TO FROM)`;
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
  const { name, project, to } = promotion;
  const { candidate, present } = images;
  const { context, engine, options } = work;
  const base = { from: name, to: to.short, before: present.id, after: candidate.id };
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
  { app, name: from, project, to }: Promotion,
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
    side(from, "promote@candidate", candidate),
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
