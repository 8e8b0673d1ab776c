// Brings one target whose dependencies have settled up to date: decides, plans, runs the steps, remembers.
import type { AppTarget } from "../definition/target.ts";
import { describeFailure } from "../describe-failure.ts";
import type { Failure } from "../failure.ts";
import type { NeededImage, TargetNode } from "../graph/target-graph.ts";
import { type Decision, decideTarget } from "../plan/decide-target.ts";
import type { ImageFacts } from "../plan/facts.ts";
import {
  decideReuse,
  findChangedFiles,
  type Reuse,
  recordFiles,
  type TargetRecord,
} from "../plan/incremental.ts";
import { planTarget } from "../plan/plan-target.ts";
import type { MadeHalf, Step } from "../plan/step.ts";
import { type HostTrust, SourceChangedError, type SourceSnapshot } from "../source.ts";
import { sourceNotes } from "../source-notes.ts";
import type { StepKind, TargetFinished } from "./event.ts";
import { failureOfError } from "./failure-of-error.ts";
import type { Mask } from "./mask.ts";
import { runSteps, StepError } from "./run-steps.ts";
import type { Session } from "./session.ts";
import type { SessionImages } from "./session-images.ts";
import { emitFor, type TargetEventFields } from "./target-events.ts";
import { artifactsProblem, cleanBecause } from "./target-reuse.ts";

/** How many lines of output a failure shows. */
const LAST_LINES = 20;
/** How often a source is sent that changes meanwhile. */
const SOURCE_ATTEMPTS = 3;

export interface TargetContext {
  readonly session: Session;
  readonly images: SessionImages;
  /** Runs what writes to the records. */
  readonly remember: (target: string, write: () => Promise<void>) => Promise<void>;
  readonly signal: AbortSignal;
  readonly newName: () => string;
  /** Hides the session's secrets, whichever target they belong to. */
  readonly mask: Mask;
  /** Id of the image of a target that has settled. */
  readonly imageIdOf: (target: string) => string;
}

/** How a target ended, before it is told to anybody. */
export type TargetResult = Pick<
  TargetFinished,
  "outcome" | "reason" | "imageId" | "reuse" | "pushed" | "failure" | "otherFailures" | "lastLines"
> & {
  /** Ids of the images that had the tags before. */
  readonly replaced?: readonly string[];
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

/** A target was found impossible to build before its first step. */
class ImpossibleError extends Error {
  readonly failures: readonly [Failure, ...Failure[]];
  constructor(failures: readonly Failure[]) {
    super(failures.map((failure) => failure.code).join(", "));
    this.failures = failures as readonly [Failure, ...Failure[]];
  }
}

/** Everything that is known when a target's steps are planned. */
interface Known {
  readonly decision: Extract<Decision, { kind: "build" }>;
  readonly snapshot: SourceSnapshot;
  /** In the order of the node's images. */
  readonly facts: readonly (ImageFacts | undefined)[];
  readonly hostTrust: HostTrust | undefined;
  readonly record: TargetRecord | undefined;
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

  async #bringUpToDate(read: SourceSnapshot): Promise<TargetResult> {
    const { session, imageIdOf } = this.#context;
    const { target } = this.#node;
    const imageIds: string[] = [];
    for (const image of this.#node.images) imageIds.push(await this.#identify(image));
    const decision = decideTarget(this.#node, {
      sourceDigest: read.digest,
      dockerfile: session.dockerfiles.get(target.name),
      settled: { imageIds, dependencyIds: target.dependsOn.map(imageIdOf) },
      facts: session.facts,
      flags: session.flags,
    });
    if (decision.kind === "up-to-date") {
      return { outcome: "up-to-date", reason: decision.reason, imageId: decision.imageId };
    }
    const located = (await session.sources.withCheckouts?.())?.get(target.name);
    const snapshot = located?.digest === read.digest ? located : read;
    this.#start(decision.reason, snapshot);
    const facts = await this.#lookInto(imageIds);
    const hostTrust = await this.#hostTrust();
    const record = target.kind === "app" ? await session.records.read(target.name) : undefined;
    const images = await this.#build({ decision, snapshot, facts, hostTrust, record });
    const reuse = this.#reuse;
    return {
      outcome: "built",
      reason: decision.reason,
      imageId: images.get("result") as string,
      replaced: this.#replaced(images),
      reuse:
        reuse?.kind === "clean" ? { kind: "clean", reason: reuse.reason } : reuse && { kind: "incremental" },
    };
  }

  /** Tells that the target is built, once, and what should be known of its source. */
  #start(reason: string, snapshot: SourceSnapshot): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#emit({ type: "target-started", reason });
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
    if (image.target !== undefined) return imageIdOf(image.target);
    return await images.identify(image, this.#node.target.pull, (pull) =>
      this.#timed("pull-image", `pull ${image.short}`, () =>
        pull((progress) => this.#emit({ type: "step-progress", step: "pull-image", ...progress })),
      ),
    );
  }

  async #lookInto(imageIds: readonly string[]): Promise<readonly (ImageFacts | undefined)[]> {
    const { target } = this.#node;
    if (target.kind === "image") return imageIds.map(() => undefined);
    return await Promise.all(
      imageIds.map((id) => this.#context.images.lookInto(id, target.scripts, target.name)),
    );
  }

  async #hostTrust(): Promise<HostTrust | undefined> {
    const { target } = this.#node;
    if (target.kind !== "app" || !target.hostTrust) return undefined;
    const trust = await this.#context.session.sources.hostTrust();
    if (!trust.ok) throw new ImpossibleError(trust.failures);
    return trust.value;
  }

  /** With the artifacts of the previous build where that is possible; without them where getting them fails. */
  async #build(known: Known): Promise<ReadonlyMap<MadeHalf, string>> {
    const { target } = this.#node;
    if (target.kind === "image") return await this.#runSteps(known, cleanBecause(""));
    const { session } = this.#context;
    const reuse = decideReuse(target, {
      facts: session.facts,
      buildImage: { id: known.facts[0]?.details.id ?? "", facts: known.facts[0] },
      clean: session.flags.clean,
      record: known.record,
    });
    if (reuse.kind === "clean" && !reuse.isExpected) this.#refuseIfRequired(target, reuse.reason);
    const images = await this.#buildApp(target, known, reuse);
    await this.#context.remember(target.name, () =>
      session.records.write({
        schemaVersion: 1,
        target: target.name,
        images: [...images.values()],
        files: recordFiles(known.snapshot),
      }),
    );
    return images;
  }

  async #buildApp(target: AppTarget, known: Known, reuse: Reuse): Promise<ReadonlyMap<MadeHalf, string>> {
    this.#reuse = reuse;
    try {
      return await this.#runSteps(known, reuse);
    } catch (error) {
      const problem = this.#context.signal.aborted ? undefined : artifactsProblem(error, target);
      if (reuse.kind === "clean" || problem === undefined) throw error;
      this.#refuseIfRequired(target, problem);
      this.#emit({ type: "target-warning", message: `${problem}; building clean` });
      this.#lastLines.length = 0;
      this.#reuse = cleanBecause(problem);
      return await this.#runSteps(known, this.#reuse);
    }
  }

  #refuseIfRequired(target: AppTarget, reason: string): void {
    if (target.incremental !== "required") return;
    const path = [...target.path, "incremental"];
    throw new ImpossibleError([{ code: "incremental-impossible", target: target.name, path, reason }]);
  }

  async #runSteps(known: Known, reuse: Reuse): Promise<ReadonlyMap<MadeHalf, string>> {
    const { facts } = known;
    const { target } = this.#node;
    const extended = target.kind === "app" && target.runtimeImage !== undefined;
    return await runSteps(this.#plan(known, reuse), {
      ...this.#context,
      target,
      key: known.decision.key,
      bases: { build: facts[0], result: extended ? facts[1] : facts[0] },
      onLine: (line) => {
        this.#lastLines.push(line.text);
        if (this.#lastLines.length > LAST_LINES) this.#lastLines.shift();
        this.#emit({ type: "target-output", ...line });
      },
      warn: (message) => this.#emit({ type: "target-warning", message }),
      timed: (step, title, work) => this.#timed(step, title, work),
    });
  }

  #plan(known: Known, reuse: Reuse): readonly Step[] {
    const { clock, dockerfiles, facts, flags } = this.#context.session;
    const { snapshot, record } = known;
    const { target } = this.#node;
    const time = Math.floor(clock.now() / 1000);
    const planned = planTarget(this.#node, {
      key: known.decision.key,
      snapshot,
      dockerfile: dockerfiles.get(target.name),
      images: known.facts,
      engine: facts.engine,
      hostTrust: known.hostTrust,
      reuse,
      changed:
        reuse.kind === "incremental"
          ? findChangedFiles(snapshot, { id: reuse.previous.id, record, time })
          : undefined,
      time: flags.time,
      noCache: flags.clean || (flags.force && target.kind === "app"),
    });
    if (planned.ok) return planned.value;
    throw new ImpossibleError(planned.failures);
  }

  async #timed(step: StepKind, title: string, work: () => Promise<void>): Promise<void> {
    const { clock } = this.#context.session;
    const started = clock.now();
    this.#emit({ type: "step-started", step, title });
    await work();
    this.#emit({ type: "step-finished", step, duration: clock.now() - started });
  }

  /** Images that lost their tags to the new ones. */
  #replaced(made: ReadonlyMap<MadeHalf, string>): readonly string[] {
    const { target } = this.#node;
    const { images } = this.#context.session.facts;
    const tags = [target.tag, ...(target.kind === "app" && target.buildTag ? [target.buildTag] : [])];
    const ids = new Set(made.values());
    return tags
      .map((tag) => images.get(tag.full)?.id)
      .filter((id): id is string => id !== undefined && !ids.has(id));
  }

  #failureOf(error: unknown): Failure {
    const { images, target } = this.#node;
    return failureOfError(error, {
      target,
      incremental: this.#reuse?.kind === "incremental",
      scriptOf: (step) => {
        if (step.kind === "run-script") return step;
        if (step.kind !== "build-image" || target.kind !== "app") return undefined;
        const image = (step.half === "build" ? images[0] : images.at(-1))?.short ?? "";
        return { script: `${target.scripts}/prepare`, image };
      },
    });
  }

  #emit(event: TargetEventFields): void {
    // Lines are masked already, before they were cut; what follows from one, and other texts, here.
    emitFor(this.#context.session, this.#node.target.name, this.#context.mask.value(event));
  }
}
