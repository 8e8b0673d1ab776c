// Brings one target whose dependencies have finished up to date: decides, plans, runs the steps, records the build.
import type { AppTarget } from "../definition/target.ts";
import { describeFailure } from "../failure/describe-failure.ts";
import type { Failure } from "../failure/failure.ts";
import type { NeededImage, TargetNode } from "../graph/target-graph.ts";
import { findGivenId } from "../plan/decide-image.ts";
import { describeCauses } from "../plan/describe-cause.ts";
import type { Reuse } from "../plan/incremental.ts";
import type { MadeHalf } from "../plan/step.ts";
import { SourceChangedError, type SourceSnapshot } from "../source/source.ts";
import { sourceNotes } from "../source/source-notes.ts";
import { deliveryProblem, lacksStarted } from "./delivery-problem.ts";
import type { StepKind, TargetFinished, TargetStarted } from "./event.ts";
import { failureOfError } from "./failure-of-error.ts";
import { giveUpKept } from "./kept-sources.ts";
import type { LeakChecks } from "./leak-checks.ts";
import type { Mask } from "./mask.ts";
import {
  chooseReuse,
  decideBuild,
  gatherKnown,
  ImpossibleError,
  type Known,
  type PlanningContext,
  planBuild,
  refuseIfRequired,
  tellPlan,
} from "./plan-build.ts";
import type { ReadyContainers } from "./ready-containers.ts";
import { recordBuild, recordFound } from "./record-build.ts";
import { runSteps } from "./run-steps.ts";
import type { SessionLedger } from "./session-ledger.ts";
import type { SessionMemory } from "./session-memory.ts";
import { StepError } from "./step-error.ts";
import { emitFor, type TargetEventFields } from "./target-events.ts";
import { artifactsProblem, cleanBecause } from "./target-reuse.ts";

/** Number of output lines that a failure shows. */
const LAST_LINES = 20;
/** Number of attempts to send a source that changes meanwhile. */
const SOURCE_ATTEMPTS = 3;

export interface TargetContext extends PlanningContext {
  readonly leaks: LeakChecks;
  readonly memory: SessionMemory;
  readonly signal: AbortSignal;
  readonly newName: () => string;
  readonly ledger: SessionLedger;
  /** Containers that were started ahead. */
  readonly ready?: ReadyContainers | undefined;
  /** Hides the session's secrets, whichever target they belong to. */
  readonly mask: Mask;
}

/** The end of a target, before it is reported. */
export type TargetResult = Pick<
  TargetFinished,
  | "outcome"
  | "reason"
  | "causes"
  | "imageId"
  | "imageSize"
  | "reuse"
  | "pushed"
  | "failure"
  | "otherFailures"
  | "lastLines"
> & {
  /** Ids of the images that were made. */
  readonly made?: ReadonlyMap<MadeHalf, string>;
};

/** Never rejects. */
export async function runTarget(node: TargetNode, context: TargetContext): Promise<TargetResult> {
  const run = new TargetRun(node, context);
  try {
    return await run.bringUpToDate();
  } catch (error) {
    return context.mask.value(run.explain(error));
  }
}

/** The state of one target's build. */
class TargetRun {
  readonly #node: TargetNode;
  readonly #context: TargetContext;
  readonly #lastLines: string[] = [];
  #reuse: Reuse | undefined;
  #isStarted = false;

  constructor(node: TargetNode, context: TargetContext) {
    this.#node = node;
    this.#context = context;
  }

  /** A source that changes while it is sent is read again, a few times. */
  async bringUpToDate(): Promise<TargetResult> {
    const { session, signal } = this.#context;
    const { target } = this.#node;
    let snapshot = session.snapshots.get(target.name) as SourceSnapshot;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#bringUpToDate(snapshot);
      } catch (error) {
        const changed = error instanceof StepError ? error.cause : undefined;
        if (signal.aborted || attempt === SOURCE_ATTEMPTS || !(changed instanceof SourceChangedError))
          throw error;
        this.#emit({ type: "target-warning", message: `${changed.message}; reading the source again` });
      }
      const read = await session.sources.readAgain(target);
      if (!read.ok) throw new ImpossibleError(read.failures);
      snapshot = read.value;
    }
  }

  async #bringUpToDate(snapshot: SourceSnapshot): Promise<TargetResult> {
    const imageIds: string[] = [];
    for (const image of this.#node.images) imageIds.push(await this.#identify(image));
    const decision = await decideBuild(this.#node, { snapshot, imageIds }, this.#context);
    if (decision.kind === "up-to-date") {
      const { imageId, reason } = decision;
      await recordFound(this.#node, { decision, snapshot }, this.#context);
      const { facts } = this.#context.session;
      tellPlan(this.#node, { decision, snapshot }, this.#context.session);
      const imageSize = facts.images.get(this.#node.target.tag.full)?.size;
      return { outcome: "up-to-date", reason, imageId, imageSize };
    }
    const { causes } = decision;
    const reason = describeCauses(causes);
    this.#start({ reason, causes }, snapshot);
    const known = await gatherKnown(this.#node, { decision, snapshot, imageIds }, this.#context);
    const images = await this.#build(known);
    await recordBuild(this.#node, { known, images }, this.#context.memory);
    const reuse = this.#reuse;
    const imageId = images.get("result") as string;
    // It was inspected before it was tagged: the engine is not asked again.
    const { size: imageSize } = await this.#context.images.inspect(imageId);
    return {
      outcome: "built",
      reason,
      causes,
      imageId,
      imageSize,
      made: images,
      reuse:
        reuse?.kind === "clean" ? { kind: "clean", reason: reuse.reason } : reuse && { kind: "incremental" },
    };
  }

  /** Reports once that the target is built, and notes about its source. */
  #start(why: Pick<TargetStarted, "reason" | "causes">, snapshot: SourceSnapshot): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#emit({ type: "target-started", ...why });
    for (const message of sourceNotes(snapshot, this.#context.session.facts.engine?.architecture)) {
      this.#emit({ type: "target-warning", message });
    }
  }

  explain(error: unknown): TargetResult {
    if (this.#context.signal.aborted) return { outcome: "cancelled", reason: "interrupted" };
    const [failure, ...otherFailures] =
      error instanceof ImpossibleError ? error.failures : [this.#failureOf(error)];
    const { summary } = describeFailure(failure);
    return { outcome: "failed", reason: summary, failure, otherFailures, lastLines: [...this.#lastLines] };
  }

  async #identify(image: NeededImage): Promise<string> {
    const { images, imageIdOf } = this.#context;
    const { facts, graph } = this.#context.session;
    if (image.target !== undefined) {
      // Of a target that is left as it is, the image may have to be pulled.
      const isGiven = graph.given?.has(image.target) === true;
      if (!isGiven || findGivenId(graph, image.target, facts) !== undefined) return imageIdOf(image.target);
    }
    return await images.identify(image, this.#node.target.pull, (pull) =>
      this.#timed("pull-image", `pull ${image.short}`, () =>
        pull((progress) => this.#emit({ type: "step-progress", step: "pull-image", ...progress })),
      ),
    );
  }

  /** With the artifacts of the previous build where that is possible; without them where getting them fails. */
  async #build(known: Known): Promise<ReadonlyMap<MadeHalf, string>> {
    const { target } = this.#node;
    if (target.kind === "image") return await this.#runSteps(known, cleanBecause(""));
    return await this.#buildApp(target, known, chooseReuse(target, known, this.#context.session));
  }

  async #buildApp(target: AppTarget, known: Known, reuse: Reuse): Promise<ReadonlyMap<MadeHalf, string>> {
    this.#reuse = reuse;
    try {
      return await this.#runSteps(known, reuse);
    } catch (error) {
      const problem = this.#context.signal.aborted ? undefined : artifactsProblem(error, target);
      if (reuse.kind === "clean" || problem === undefined) throw error;
      refuseIfRequired(target, problem);
      this.#emit({ type: "target-warning", message: `${problem}; building clean` });
      this.#lastLines.length = 0;
      this.#reuse = cleanBecause(problem);
      return await this.#runSteps(known, this.#reuse);
    }
  }

  /** With a source cache where there is one that can be trusted. */
  async #runSteps(known: Known, reuse: Reuse): Promise<ReadonlyMap<MadeHalf, string>> {
    try {
      return await this.#attempt(known, reuse);
    } catch (error) {
      if (this.#context.signal.aborted) throw error;
      if (lacksStarted(error)) return await this.#runSteps(known, reuse);
      const problem = deliveryProblem(error);
      if (problem === undefined) throw error;
      if (problem.kind === "changed" && !problem.isFresh) {
        const message = "something else changed the source that the engine keeps; sending all of it again";
        this.#emit({ type: "target-warning", message });
      }
      const kept = await giveUpKept(this.#node.target, { problem, known }, this.#context);
      this.#lastLines.length = 0;
      return await this.#runSteps({ ...known, kept }, reuse);
    }
  }

  async #attempt(known: Known, reuse: Reuse): Promise<ReadonlyMap<MadeHalf, string>> {
    const { facts } = known;
    const { target } = this.#node;
    const extended = target.kind === "app" && target.runtimeImage !== undefined;
    const { session } = this.#context;
    return await runSteps(planBuild(this.#node, known, { reuse, session }), {
      ...this.#context,
      target,
      key: known.decision.key,
      incremental: reuse.kind === "incremental",
      bases: { build: facts[0], result: extended ? facts[1] : facts[0] },
      checkout: async () => (await known.located).checkout,
      onLine: (line) => {
        this.#lastLines.push(line.text);
        if (this.#lastLines.length > LAST_LINES) this.#lastLines.shift();
        this.#emit({ type: "target-output", ...line });
      },
      warn: (message) => this.#emit({ type: "target-warning", message }),
      timed: (step, title, work) => this.#timed(step, title, work),
    });
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
    return failureOfError(error, {
      target,
      incremental: this.#reuse?.kind === "incremental",
      // A step that moved one, or may have, reports so itself.
      tags: "unchanged",
      scriptOf: (step) => {
        if (step.kind === "run-script") return step;
        if (step.kind !== "build-image" || target.kind !== "app") return undefined;
        const image = (step.half === "build" ? images[0] : images.at(-1))?.short ?? "";
        return { script: `${target.scripts}/prepare`, image };
      },
    });
  }

  #emit(event: TargetEventFields): void {
    // Lines are masked already, before they were cut; texts derived from one, and others, here.
    emitFor(this.#context.session, this.#node.target.name, this.#context.mask.value(event));
  }
}
