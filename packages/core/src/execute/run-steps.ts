// Runs the steps of one target in their order, checks their results before any tag moves, and leaves the engine clean
// in any case.
import type { Target } from "../definition/target.ts";
import { EngineError, isUncertain } from "../engine/engine-error.ts";
import type { TagsFact } from "../failure/engine-failure.ts";
import type { ImageFacts } from "../plan/facts.ts";
import { revisionLabels } from "../plan/labels.ts";
import { describeStep, type ImageStage, type PlannedBase, type Step } from "../plan/step.ts";
import type { Checkout } from "../source/source.ts";
import { checkResult } from "./check-result.ts";
import type { StepKind } from "./event.ts";
import { describeLeak } from "./find-leak.ts";
import type { LeakChecks } from "./leak-checks.ts";
import type { Mask } from "./mask.ts";
import { removeOrphans } from "./orphans.ts";
import type { ReadyContainers } from "./ready-containers.ts";
import { runStep } from "./run-step.ts";
import type { Session } from "./session.ts";
import type { SessionCleanup } from "./session-cleanup.ts";
import type { SessionImages } from "./session-images.ts";
import type { SessionLedger } from "./session-ledger.ts";
import { sourceCacheName } from "./source-caches.ts";
import { type OutputLine, splitLines } from "./split-lines.ts";
import { StepError, UnexpectedResultError } from "./step-error.ts";
import {
  createTargetResources,
  removeContainers,
  removeResources,
  type TargetResources,
} from "./target-resources.ts";

export interface StepsContext {
  readonly session: Session;
  readonly images: SessionImages;
  readonly leaks: LeakChecks;
  readonly signal: AbortSignal;
  readonly newName: () => string;
  readonly ledger: SessionLedger;
  /** Of the objects of builds that have succeeded. */
  readonly cleanup: SessionCleanup;
  /** Containers that were started ahead. */
  readonly ready?: ReadyContainers | undefined;
  readonly target: Target;
  readonly key: string;
  /** Whether the build gets artifacts of the previous one. */
  readonly incremental: boolean;
  /** Layers of the only image that an image entry's Dockerfile names, where the engine may take another one. */
  readonly entryBase?: readonly string[] | undefined;
  /** The images that the stages are based on; undefined where nothing is known of them. */
  readonly bases: Readonly<Record<ImageStage, ImageFacts | undefined>>;
  /** The origin of the source, for committed images. */
  readonly checkout: () => Promise<Checkout | undefined>;
  readonly onLine: (line: OutputLine) => void;
  /** Hides secrets in the output before it is cut into lines. */
  readonly mask: Mask;
  /** Reports a problem that does not change how the build ends. */
  readonly warn: (message: string) => void;
  /** Reports a step while `work` runs. */
  readonly timed: (step: StepKind, title: string, work: () => Promise<void>) => Promise<void>;
}

/** Resolves to the ids of the tagged images. Rejects with StepError, UnexpectedResultError or the signal's reason. */
export async function runSteps(
  steps: readonly Step[],
  context: StepsContext,
): Promise<ReadonlyMap<ImageStage, string>> {
  const { session, signal } = context;
  const ahead = context.ready?.take(context.target.name, steps);
  const resources = ahead ?? createTargetResources();
  const hasFreshCache = steps.some((step) => step.kind === "keep-source");
  const lines = splitLines(context.onLine);
  const output = context.mask.output(lines.push);
  let removal: Promise<readonly unknown[]> | undefined;
  let mayHaveLeft = false;
  let hasSucceeded = false;
  try {
    for (const step of steps) {
      // Tags move together: once the first has, the others follow in any case.
      if (resources.tagged.size === 0) {
        signal.throwIfAborted();
        if (step.kind === "tag-image") {
          // The image to be tagged is made: its containers go meanwhile.
          removal = removeContainers(session.engine, resources);
          await checkResults(steps, resources, context);
        }
      }
      const { key } = context;
      const target = context.target.name;
      const makesImage = step.kind === "build-image" || step.kind === "commit-container";
      if (makesImage) await context.ledger.noteBuild({ key, target });
      await context.timed(step.kind, describeStep(step), async () => {
        try {
          await runStep(step, {
            engine: session.engine,
            sources: session.sources,
            signal,
            time: session.flags.time,
            resources,
            newName: context.newName,
            onOutput: output.push,
            secrets: session.secrets.get(target) ?? new Map(),
            target,
            noteReplaced: (id) => context.ledger.noteReplaced({ id, target }),
            noteTagged: (id) => context.ledger.noteTagged({ id, key }),
            checkout: context.checkout,
            remember: (kept, base) => rememberSourceCache(kept, base, context),
          });
        } catch (error) {
          // A call that the engine refused has no effect; after any other error, an image may be there.
          mayHaveLeft = makesImage && (isUncertain(error) || !(error instanceof EngineError));
          const tags = tagsAfter(step, error, resources);
          throw new StepError(step, error, { hasFreshCache, startedAhead: ahead !== undefined, tags });
        }
      });
    }
    context.ready?.note(context.target.name, steps, resources.filledCache);
    hasSucceeded = true;
    return new Map(resources.images);
  } finally {
    output.end();
    lines.end();
    const cleaned = (async () => {
      const errors = [...((await removal) ?? []), ...(await cleanUp(resources, mayHaveLeft, context))];
      for (const error of errors) warnOfLeft(error, context);
    })();
    // Who needs the image need not wait for the removal of the containers that it was made in.
    if (hasSucceeded) context.cleanup.add(cleaned);
    else await cleaned;
  }
}

function warnOfLeft(error: unknown, { warn }: StepsContext): void {
  const message = error instanceof Error ? error.message : String(error);
  warn(`leftovers remain, run sti clean to remove them: ${message}`);
}

async function rememberSourceCache(
  { owner, project, snapshot }: Extract<Step, { kind: "keep-source" }>,
  { sealedAt, volume }: PlannedBase,
  { session, target }: StepsContext,
): Promise<void> {
  const kept = { volume, sealedAt, owner, time: session.flags.time, source: snapshot.digest };
  await session.records.writeSourceCache(sourceCacheName(project, target.name), { kept }, snapshot);
}

/** The state of the target's tags after a failed step. */
function tagsAfter(step: Step, error: unknown, { tagged }: TargetResources): TagsFact {
  if (tagged.size > 0) return "moved";
  if (step.kind !== "tag-image" || !(error instanceof EngineError)) return "unchanged";
  return error.effect === "unknown" ? "unknown" : "unchanged";
}

/** `mayHaveLeft`: there may be an image whose id is not known. Resolves to the errors. */
async function cleanUp(
  resources: TargetResources,
  mayHaveLeft: boolean,
  { key, ledger, session }: StepsContext,
): Promise<readonly unknown[]> {
  const { engine, id: own } = session;
  const errors = await removeResources(engine, resources);
  if (errors.length > 0) ledger.leave(key);
  if (!mayHaveLeft) return errors;
  // It may also come into being later: the engine does not always notice at once that nobody waits for it.
  ledger.leave(key);
  try {
    await removeOrphans(engine, new Set([key]), { own, others: await ledger.others() });
    return errors;
  } catch (error) {
    return [...errors, error];
  }
}

async function checkResults(
  steps: readonly Step[],
  resources: TargetResources,
  context: StepsContext,
): Promise<void> {
  const { bases, images, incremental, key, leaks, signal, target } = context;
  for (const [stage, id] of resources.images) {
    const labels = await labelsOf(stage, steps, context);
    const problem = checkResult(await images.inspect(id), {
      target,
      stage,
      key,
      base: bases[stage],
      entryBase: context.entryBase,
      asksRegistryForBases: context.session.facts.engine?.asksRegistryForBases,
      labels,
    });
    if (problem !== undefined) throw new UnexpectedResultError(problem);
    const base = bases[stage];
    if (target.kind !== "app" || base === undefined) continue;
    const keepsSource = steps.some(
      (step) => step.kind === "upload-source" && step.stage === stage && step.changes !== undefined,
    );
    const form = { stage, incremental, keepsSource, startedAhead: resources.waiting?.stage === stage };
    const onLeft = (error: unknown) => warnOfLeft(error, context);
    const leak = await leaks.find({
      target,
      form,
      contract: base.contract,
      image: id,
      base: base.details.id,
      onLeft,
      signal,
    });
    if (leak.length > 0) throw new UnexpectedResultError(describeLeak(leak));
  }
}

/** The labels that a step gave to an image. */
async function labelsOf(
  stage: ImageStage,
  steps: readonly Step[],
  { checkout }: StepsContext,
): Promise<Readonly<Record<string, string>>> {
  for (const step of steps) {
    if (step.kind === "build-image" && step.stage === stage) return step.labels;
    if (step.kind === "commit-container" && step.stage === stage) {
      return { ...revisionLabels(await checkout(), step.labelNames), ...step.config.labels };
    }
  }
  return {};
}
