// Brings one target whose dependencies have finished up to date: decides, plans, runs the steps, records the build.
import { describeFailure } from "../failure/describe-failure.ts";
import type { Failure } from "../failure/failure.ts";
import type { NeededImage, TargetNode } from "../graph/target-graph.ts";
import { stiContract } from "../plan/builder-contract.ts";
import { checkPlatform } from "../plan/check-platform.ts";
import { describeCauses } from "../plan/describe-cause.ts";
import type { Reuse } from "../plan/incremental.ts";
import type { KnownImage } from "../plan/key.ts";
import { LABEL } from "../plan/labels.ts";
import { noteUnusedScripts, withVariables } from "../plan/source-overrides.ts";
import type { ImageStage } from "../plan/step.ts";
import type { SourceSnapshot } from "../source/source.ts";
import { sourceNotes } from "../source/source-notes.ts";
import { documentsForStore } from "./attest-image.ts";
import { basesOf, bringLayers, type CommonContext, reportReuse } from "./bring-layers.ts";
import { type BroughtPrevious, bringPrevious } from "./bring-previous.ts";
import type { StepKind, TargetStarted } from "./event.ts";
import { failureOfError } from "./failure-of-error.ts";
import { type FoundImage, findImage, obtainImages, withImages } from "./find-images.ts";
import type { LeakChecks } from "./leak-checks.ts";
import type { Mask } from "./mask.ts";
import { newResult } from "./new-result.ts";
import { ExcerptCollector } from "./output-excerpt.ts";
import {
  chooseReuse,
  type DecidedBuild,
  decideBuild,
  gatherKnown,
  ImpossibleError,
  type Known,
  type PlanningContext,
  planBuild,
  refuseIfRequired,
  reportPlan,
} from "./plan-build.ts";
import type { ReadyContainers } from "./ready-containers.ts";
import { recordBuild, recordFound } from "./record-build.ts";
import { lacksLayer, type Recovery, recover } from "./recover.ts";
import { restoreTarget } from "./restore-target.ts";
import { runSteps } from "./run-steps.ts";
import type { Lend } from "./schedule.ts";
import type { SessionCleanup } from "./session-cleanup.ts";
import type { SessionLayers } from "./session-layers.ts";
import type { SessionLedger } from "./session-ledger.ts";
import type { SessionMemory } from "./session-memory.ts";
import type { SessionStore } from "./session-store.ts";
import { giveUpSourceCache } from "./source-caches.ts";
import { LayerRemovedError } from "./step-error.ts";
import { emitFor, type TargetEventFields } from "./target-events.ts";
import type { TargetResult } from "./target-result.ts";
import { cleanBecause } from "./target-reuse.ts";

export interface TargetContext extends PlanningContext {
  readonly cleanup: SessionCleanup;
  readonly leaks: LeakChecks;
  readonly layers: SessionLayers;
  readonly store: SessionStore | undefined;
  readonly memory: SessionMemory;
  readonly signal: AbortSignal;
  readonly newName: () => string;
  readonly ledger: SessionLedger;
  /** Makes room for another target during a pull from the store. */
  readonly lend: Lend;
  /** Containers that were started ahead. */
  readonly ready?: ReadyContainers | undefined;
  /** Hides the session's secrets, whichever target they belong to. */
  readonly mask: Mask;
}

/** Never rejects. */
export async function runTarget(node: TargetNode, context: TargetContext): Promise<TargetResult> {
  const run = new TargetRun(node, context);
  try {
    return await run.bringUpToDate();
  } catch (error) {
    await run.dropPrevious();
    return context.mask.value(run.explain(error));
  }
}

/** A build of a target, as it is attempted next. */
interface Build {
  readonly known: Known;
  readonly reuse: Reuse;
}

/** The state of one target's build. */
class TargetRun {
  readonly #node: TargetNode;
  readonly #context: TargetContext;
  readonly #excerpt = new ExcerptCollector();
  #snapshot: SourceSnapshot | undefined;
  /** Undefined until the target is found to need one. */
  #build: Build | undefined;
  #startedAt: number | undefined;
  #previous: BroughtPrevious | undefined;

  constructor(node: TargetNode, context: TargetContext) {
    this.#node = node;
    this.#context = context;
    this.#snapshot = context.session.snapshots.get(node.target.name);
  }

  /** Repeats failed attempts as long as there is a way to recover. */
  async bringUpToDate(): Promise<TargetResult> {
    const earlier: Recovery["kind"][] = [];
    for (;;) {
      try {
        return await this.#attempt();
      } catch (error) {
        if (this.#context.signal.aborted || this.#build === undefined) throw error;
        const { known, reuse } = this.#build;
        const isLayered = known.layers.some((layer) => layer.kind === "layer");
        const contract = known.facts[0]?.contract;
        const recovery = recover(error, { target: this.#node.target, contract, reuse, isLayered, earlier });
        if (recovery === undefined) throw isLayered && lacksLayer(error) ? new LayerRemovedError() : error;
        earlier.push(recovery.kind);
        await this.#apply(recovery, this.#build);
      }
    }
  }

  /** Prepares the attempt that follows a failed one. */
  async #apply(recovery: Recovery, { known, reuse }: Build): Promise<void> {
    const { target } = this.#node;
    if (recovery.kind === "build-clean" && !recovery.isExpected) refuseIfRequired(target, recovery.reason);
    if ("warning" in recovery && recovery.warning !== undefined)
      this.#emit({ type: "target-warning", message: recovery.warning });
    switch (recovery.kind) {
      case "create-container":
      case "bring-layers":
        break;
      case "give-up-cache": {
        const sourceCache = await giveUpSourceCache(
          target,
          { problem: recovery.problem, known },
          this.#context,
        );
        this.#build = { known: { ...known, sourceCache }, reuse };
        break;
      }
      case "build-clean":
        this.#build = { known, reuse: cleanBecause(recovery.reason, recovery.isExpected) };
        break;
      case "read-source": {
        const read = await this.#context.session.sources.readAgain(target);
        if (!read.ok) throw new ImpossibleError(read.failures);
        this.#snapshot = read.value;
        this.#build = undefined;
        break;
      }
    }
    // Output of this attempt does not explain a failure of the next.
    this.#excerpt.clear();
  }

  async #attempt(): Promise<TargetResult> {
    if (this.#build === undefined) {
      const decided = await this.#decide();
      if (!("known" in decided)) return decided;
      this.#build = decided;
    }
    const { known, reuse } = this.#build;
    const common = this.#commonContext(known);
    const brought = await bringLayers(this.#node, known, { ...this.#context, common });
    const build = { known: { ...known, brought }, reuse };
    return await this.#finish(build, await this.#runSteps(build, common));
  }

  /** The result of a target that is up to date, else its build. */
  async #decide(): Promise<TargetResult | Build> {
    const snapshot = this.#snapshot;
    const { session } = this.#context;
    const { target } = this.#node;
    if (snapshot === undefined) throw new Error(`${target.name} has no snapshot`);
    const found: FoundImage[] = [];
    for (const image of this.#node.images) found.push(await this.#findImage(image));
    const decide = (images: readonly KnownImage[]) =>
      decideBuild(this.#node, { snapshot, images }, this.#context);
    const known = found.map((image) => image.known);
    let decision = await decide(known);
    if (decision.kind === "build") {
      const restored = await this.#restore(decision, snapshot);
      if (restored !== undefined) return restored;
      const images = await obtainImages(found, target, this.#context);
      // What was pulled may be another image by now than the registry described.
      const isAsDescribed = images.every(({ identity }, index) => identity === known[index]?.identity);
      decision = isAsDescribed ? withImages(decision, images) : await decide(images);
    }
    if (decision.kind === "up-to-date") {
      const refused = checkPlatform(target, session.facts.engine);
      if (refused.length > 0) throw new ImpossibleError(refused);
      const { imageId, reason } = decision;
      const buildTag = target.kind === "app" ? target.buildTag : undefined;
      const buildStage = buildTag === undefined ? undefined : session.facts.images.get(buildTag.full)?.id;
      const images = buildStage === undefined ? [imageId] : [buildStage, imageId];
      await recordFound(this.#node, { decision, images, snapshot }, this.#context.memory);
      reportPlan(this.#node, { decision, snapshot }, session);
      const imageSize = session.facts.images.get(target.tag.full)?.size;
      const inputs = { decision, snapshot };
      return { outcome: "up-to-date", reason, imageId, imageSize, inputs };
    }
    const { causes } = decision;
    this.#start({ reason: describeCauses(causes), causes }, snapshot);
    const imageIds = decision.preimage.images.map(({ id }) => id);
    const gathered = await gatherKnown(this.#node, { decision, snapshot, imageIds }, this.#context);
    this.#noteUnusedScripts(gathered);
    const { known: brought, previous } = await bringPrevious(this.#node, gathered, this.#pulling());
    this.#previous = previous;
    const reuse = target.kind === "app" ? chooseReuse(target, brought, session) : cleanBecause("");
    return { known: brought, reuse };
  }

  async #restore(
    decision: Extract<DecidedBuild, { kind: "build" }>,
    snapshot: SourceSnapshot,
  ): Promise<TargetResult | undefined> {
    return await restoreTarget(this.#node, { decision, snapshot }, this.#pulling());
  }

  /** The context of pulls from the store. */
  #pulling() {
    return {
      ...this.#context,
      timed: (title: string, work: () => Promise<void>) => this.#timed("pull-image", title, work),
    };
  }

  async #finish({ known, reuse }: Build, images: ReadonlyMap<ImageStage, string>): Promise<TargetResult> {
    await recordBuild(this.#node, { known, images }, this.#context.memory);
    await this.#context.proofs.note(images.values(), this.#node.target.name);
    const { session, store } = this.#context;
    const { causes } = known.decision;
    const imageId = images.get("result");
    if (imageId === undefined) throw new Error("the steps made no result");
    const inputs = { decision: known.decision, snapshot: known.snapshot };
    if (store !== undefined) {
      const now = session.clock.now();
      const time = { started: this.#startedAt ?? now, finished: now };
      const made = { images, by: store.builder, started: time.started };
      const documents = documentsForStore(
        this.#node.target,
        { imageId, inputs, time },
        { ...this.#context, storedOf: (name) => this.#context.imageOf(name).stored },
      );
      store.keep({ ...newResult(this.#node, known, made, session), documents });
    }
    // It was inspected before it was tagged: the engine is not asked again.
    const { size: imageSize } = await this.#context.images.inspect(imageId);
    return {
      outcome: "built",
      reason: describeCauses(causes),
      causes,
      imageId,
      imageSize,
      made: images,
      inputs,
      ...(this.#node.target.kind === "app" ? reportReuse(reuse, known.brought) : {}),
    };
  }

  /** Reports once that the target is built, and notes about its source. */
  #start(why: Pick<TargetStarted, "reason" | "causes">, snapshot: SourceSnapshot): void {
    if (this.#startedAt !== undefined) return;
    this.#startedAt = this.#context.session.clock.now();
    this.#emit({ type: "target-started", ...why });
    for (const message of sourceNotes(snapshot, this.#context.session.facts.engine?.architecture)) {
      this.#emit({ type: "target-warning", message });
    }
  }

  #noteUnusedScripts({ facts, snapshot }: Known): void {
    const { images, target } = this.#node;
    if (target.kind !== "app") return;
    const contracts = images.map(({ short }, index) => ({ short, contract: facts[index]?.contract }));
    for (const message of noteUnusedScripts(contracts, snapshot)) {
      this.#emit({ type: "target-warning", message });
    }
  }

  /** Of a failed build: an earlier result was there for its artifacts alone. */
  async dropPrevious(): Promise<void> {
    if (this.#previous !== undefined) await this.#context.store?.dropPrevious(this.#previous);
  }

  explain(error: unknown): TargetResult {
    if (this.#context.signal.aborted) return { outcome: "cancelled", reason: "interrupted" };
    const [failure, ...otherFailures] =
      error instanceof ImpossibleError ? error.failures : [this.#failureOf(error)];
    const { summary } = describeFailure(failure);
    return { outcome: "failed", reason: summary, failure, otherFailures, ...this.#excerpt.read() };
  }

  async #findImage(image: NeededImage): Promise<FoundImage> {
    return await findImage(
      image,
      this.#node,
      this.#context,
      ({ short }) =>
        (pull) =>
          this.#timed("pull-image", `pull ${short}`, () =>
            pull((progress) => this.#emit({ type: "step-progress", step: "pull-image", ...progress })),
          ),
    );
  }

  async #runSteps({ known, reuse }: Build, common: CommonContext): Promise<ReadonlyMap<ImageStage, string>> {
    const { session } = this.#context;
    const { target } = this.#node;
    const contracts = known.facts.map((facts) => facts?.contract);
    return await runSteps(planBuild(this.#node, known, { reuse, session }), {
      ...common,
      target: target.kind === "app" ? withVariables(target, contracts, known.snapshot) : target,
      key: known.decision.key,
      incremental: reuse.kind === "incremental",
      entryBase: known.entryBase,
      bases: basesOf(this.#node, known),
    });
  }

  /** The context that the steps of the target and of its dependency layers have in common. */
  #commonContext(known: Known): CommonContext {
    return {
      ...this.#context,
      checkout: async () => (await known.located).checkout,
      onLine: (line) => {
        this.#excerpt.add(line);
        this.#emit({ type: "target-output", ...line });
      },
      warn: (message) => this.#emit({ type: "target-warning", message }),
      timed: (step, title, work) => this.#timed(step, title, work),
    };
  }

  async #timed(step: StepKind, title: string, work: () => Promise<void>): Promise<void> {
    const { clock } = this.#context.session;
    const started = clock.now();
    this.#emit({ type: "step-started", step, title });
    await work();
    this.#emit({ type: "step-finished", step, duration: clock.now() - started });
  }

  #failureOf(error: unknown): Failure {
    const { images, target } = this.#node;
    const contractAt = (index: number) =>
      this.#build?.known.facts.at(index)?.contract ??
      stiContract(target.kind === "app" ? target.scripts : "");
    return failureOfError(error, {
      target,
      incremental: this.#build?.reuse.kind === "incremental",
      // A step that moved one, or may have, reports so itself.
      tags: "unchanged",
      scriptOf: (step) => {
        if (step.kind === "run-script") return step;
        if (step.kind !== "build-image" || target.kind !== "app") return undefined;
        if (step.stage === "dependencies") {
          const image = step.labels[LABEL.buildImage] ?? "";
          return { script: contractAt(0).scripts["prepare-dependencies"], image };
        }
        const index = step.stage === "build" ? 0 : -1;
        const role = images.length > 1 && index !== 0 ? "prepare-runtime" : "prepare";
        return { script: contractAt(index).scripts[role], image: images.at(index)?.short ?? "" };
      },
    });
  }

  #emit(event: TargetEventFields): void {
    // Lines are masked already, before they were cut; texts derived from one, and others, here.
    emitFor(this.#context.session, this.#node.target.name, this.#context.mask.value(event));
  }
}
