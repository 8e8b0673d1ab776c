// Brings one target whose dependencies have settled up to date: decide, plan, run the steps, check, tag, clean up.
import { describeFailure } from "../describe-failure.ts";
import type { Failure } from "../failure.ts";
import type { NeededImage, TargetNode } from "../graph/target-graph.ts";
import { decideTarget } from "../plan/decide-target.ts";
import type { ImageFacts } from "../plan/facts.ts";
import { planTarget } from "../plan/plan-target.ts";
import { describeStep, type Step } from "../plan/step.ts";
import type { HostTrust, SourceSnapshot } from "../source.ts";
import { checkResult } from "./check-result.ts";
import type { StepKind } from "./event.ts";
import { failureOfError } from "./failure-of-error.ts";
import { removeUntaggedOf } from "./remove-untagged.ts";
import { runStep, ScriptFailedError } from "./run-step.ts";
import type { Session } from "./session.ts";
import type { SessionImages } from "./session-images.ts";
import { splitLines } from "./split-lines.ts";
import { createTargetResources, removeResources, type TargetResources } from "./target-resources.ts";

/** How many lines of output a failure shows. */
const LAST_LINES = 20;

export interface TargetContext {
  readonly session: Session;
  readonly images: SessionImages;
  readonly signal: AbortSignal;
  readonly newName: () => string;
  /** Id of the image of a target that has settled. */
  readonly imageIdOf: (target: string) => string;
}

/** How a target ended, before it is told to anybody. */
export type TargetResult =
  | { readonly outcome: "up-to-date"; readonly reason: string; readonly imageId: string }
  | {
      readonly outcome: "built";
      readonly reason: string;
      readonly imageId: string;
      /** Ids of the images that had the tags before. */
      readonly replaced: readonly string[];
    }
  | { readonly outcome: "cancelled"; readonly reason: string }
  | {
      readonly outcome: "failed";
      readonly reason: string;
      readonly failure: Failure;
      readonly otherFailures: readonly Failure[];
      readonly lastLines: readonly string[];
    };

/** Never rejects. */
export async function runTarget(node: TargetNode, context: TargetContext): Promise<TargetResult> {
  const run = new TargetRun(node, context);
  try {
    return await run.bringUpToDate();
  } catch (error) {
    return run.explain(error);
  }
}

/** A target was found impossible to build before its first step. */
class ImpossibleError extends Error {
  readonly failures: readonly Failure[];
  constructor(failures: readonly Failure[]) {
    super(failures.map((failure) => failure.code).join(", "));
    this.failures = failures;
  }
}

/** The state of one target's build. */
class TargetRun {
  readonly #node: TargetNode;
  readonly #context: TargetContext;
  readonly #lastLines: string[] = [];
  #step: Step | undefined;
  #pulling: NeededImage | undefined;

  constructor(node: TargetNode, context: TargetContext) {
    this.#node = node;
    this.#context = context;
  }

  async bringUpToDate(): Promise<TargetResult> {
    const { session, imageIdOf } = this.#context;
    const { target } = this.#node;
    const snapshot = session.snapshots.get(target.name) as SourceSnapshot;
    const imageIds: string[] = [];
    for (const image of this.#node.images) imageIds.push(await this.#identify(image));
    const decision = decideTarget(this.#node, {
      sourceDigest: snapshot.digest,
      dockerfile: session.dockerfiles.get(target.name),
      settled: { imageIds, dependencyIds: target.dependsOn.map(imageIdOf) },
      facts: session.facts,
      flags: session.flags,
    });
    if (decision.kind === "up-to-date") {
      return { outcome: "up-to-date", reason: decision.reason, imageId: decision.imageId };
    }
    this.#emit({ type: "target-started", reason: decision.reason });
    const facts = await this.#lookInto(imageIds);
    const steps = this.#plan(decision.key, snapshot, facts, await this.#hostTrust());
    const imageId = await this.#build(steps, decision.key, facts);
    return { outcome: "built", reason: decision.reason, imageId, replaced: this.#replaced(imageId) };
  }

  explain(error: unknown): TargetResult {
    if (this.#context.signal.aborted) return { outcome: "cancelled", reason: "interrupted" };
    const [failure, ...otherFailures] = this.#failuresOf(error);
    return {
      outcome: "failed",
      reason: describeFailure(failure).summary,
      failure,
      otherFailures,
      lastLines: [...this.#lastLines],
    };
  }

  async #identify(image: NeededImage): Promise<string> {
    const { images, imageIdOf } = this.#context;
    if (image.target !== undefined) return imageIdOf(image.target);
    this.#pulling = image;
    const id = await images.identify(image, this.#node.target.pull, (pull) =>
      this.#timed("pull-image", `pull ${image.short}`, () =>
        pull((progress) => this.#emit({ type: "step-progress", step: "pull-image", ...progress })),
      ),
    );
    this.#pulling = undefined;
    return id;
  }

  async #lookInto(imageIds: readonly string[]): Promise<readonly (ImageFacts | undefined)[]> {
    const { target } = this.#node;
    if (target.kind === "image") return imageIds.map(() => undefined);
    return await Promise.all(imageIds.map((id) => this.#context.images.lookInto(id, target.scripts)));
  }

  async #hostTrust(): Promise<HostTrust | undefined> {
    const { target } = this.#node;
    if (target.kind !== "app" || !target.hostTrust) return undefined;
    const trust = await this.#context.session.sources.hostTrust();
    if (!trust.ok) throw new ImpossibleError(trust.failures);
    return trust.value;
  }

  #plan(
    key: string,
    snapshot: SourceSnapshot,
    images: readonly (ImageFacts | undefined)[],
    hostTrust: HostTrust | undefined,
  ): readonly Step[] {
    const { dockerfiles, facts, flags } = this.#context.session;
    const planned = planTarget(this.#node, {
      key,
      snapshot,
      dockerfile: dockerfiles.get(this.#node.target.name),
      images,
      engine: facts.engine,
      hostTrust,
      time: flags.time,
      noCache: flags.force,
    });
    if (planned.ok) return planned.value;
    throw new ImpossibleError(planned.failures);
  }

  /** Runs the steps; tags move only after the results were checked. The engine is left clean either way. */
  async #build(
    steps: readonly Step[],
    key: string,
    facts: readonly (ImageFacts | undefined)[],
  ): Promise<string> {
    const { session, signal, newName } = this.#context;
    const resources = createTargetResources();
    const output = splitLines((line) => this.#takeLine(line));
    try {
      for (const step of steps) {
        this.#step = step;
        // Tags move together: once the first has, the others follow whatever happens.
        if (resources.tagged.size === 0) {
          signal.throwIfAborted();
          if (step.kind === "tag-image") await this.#check(resources, key, facts);
        }
        await this.#timed(step.kind, describeStep(step), () =>
          runStep(step, {
            engine: session.engine,
            sources: session.sources,
            signal,
            time: session.flags.time,
            resources,
            newName,
            onOutput: output.push,
          }),
        );
      }
      return resources.images.get("result") as string;
    } finally {
      output.end();
      await removeResources(session.engine, resources);
      if (signal.aborted) await removeUntaggedOf(session.engine, key);
    }
  }

  async #check(
    resources: TargetResources,
    key: string,
    facts: readonly (ImageFacts | undefined)[],
  ): Promise<void> {
    const { target } = this.#node;
    const result = await this.#context.images.inspect(resources.images.get("result") as string);
    const problem = checkResult(result, { target, key, base: facts.at(-1) });
    if (problem !== undefined) {
      throw new ImpossibleError([
        { code: "result-unexpected", target: target.name, path: target.path, message: problem },
      ]);
    }
  }

  async #timed(step: StepKind, title: string, work: () => Promise<void>): Promise<void> {
    const { clock } = this.#context.session;
    const started = clock.now();
    this.#emit({ type: "step-started", step, title });
    await work();
    this.#emit({ type: "step-finished", step, duration: clock.now() - started });
  }

  #takeLine(line: { readonly stream: "stdout" | "stderr"; readonly text: string }): void {
    this.#lastLines.push(line.text);
    if (this.#lastLines.length > LAST_LINES) this.#lastLines.shift();
    this.#emit({ type: "target-output", ...line });
  }

  /** Images that lost their tags to the new ones. */
  #replaced(imageId: string): readonly string[] {
    const { target } = this.#node;
    const { images } = this.#context.session.facts;
    const tags = [target.tag, ...(target.kind === "app" && target.buildTag ? [target.buildTag] : [])];
    return tags
      .map((tag) => images.get(tag.full)?.id)
      .filter((id): id is string => id !== undefined && id !== imageId);
  }

  #failuresOf(error: unknown): readonly [Failure, ...Failure[]] {
    if (!(error instanceof ImpossibleError)) return [this.#failureOf(error)];
    return error.failures as [Failure, ...Failure[]];
  }

  #failureOf(error: unknown): Failure {
    const { target } = this.#node;
    const place = { target: target.name, path: target.path, step: this.#step };
    if (error instanceof ScriptFailedError && this.#step?.kind === "run-script") {
      const { script, image } = this.#step;
      const { exitCode, outOfMemory } = error;
      return {
        code: "script-failed",
        target: target.name,
        path: target.path,
        script,
        image,
        exitCode,
        outOfMemory,
      };
    }
    if (this.#pulling !== undefined) {
      const failure = failureOfError(error, { ...place, path: this.#pulling.path });
      return failure.code === "pull-failed" ? { ...failure, image: this.#pulling.short } : failure;
    }
    if (target.kind === "app" && this.#step?.kind === "build-image") {
      const image = this.#node.images.at(-1)?.short ?? "";
      return failureOfError(error, { ...place, script: { path: `${target.scripts}/prepare`, image } });
    }
    return failureOfError(error, place);
  }

  #emit(event: Parameters<typeof emitFor>[2]): void {
    emitFor(this.#context.session, this.#node.target.name, event);
  }
}

type TargetEvent = Extract<Parameters<Session["emit"]>[0], { readonly target: string }>;
type WithoutFields<Event> = Event extends unknown ? Omit<Event, "at" | "target"> : never;

/** Adds what every event of a target has. */
export function emitFor(session: Session, target: string, event: WithoutFields<TargetEvent>): void {
  session.emit({ ...event, target, at: session.clock.now() } as TargetEvent);
}
