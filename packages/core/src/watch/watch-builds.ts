// Performs a watch's work with the engine: brings single targets up to date, lists images, removes outdated ones.
// Decides nothing; the ends of targets are reported here.
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import { dropLeftNames } from "../execute/borrowed-names.ts";
import type { Outcome, TargetFinished } from "../execute/event.ts";
import { createReadyContainers, type ReadyContainers } from "../execute/ready-containers.ts";
import { removeOutdatedLayers } from "../execute/remove-layers.ts";
import { describeUnremoved, removeLeft, removeReplaced } from "../execute/remove-replaced.ts";
import { runTarget } from "../execute/run-target.ts";
import type { Session } from "../execute/session.ts";
import { createSessionCleanup, type SessionCleanup } from "../execute/session-cleanup.ts";
import { contextOf } from "../execute/session-context.ts";
import { warnOfLock } from "../execute/session-events.ts";
import { nameCounter } from "../execute/session-id.ts";
import { createSessionLayers, type SessionLayers } from "../execute/session-layers.ts";
import { createSessionLedger, type SessionLedger } from "../execute/session-ledger.ts";
import { tidySourceCaches } from "../execute/source-caches.ts";
import { sweepBuilds } from "../execute/sweep.ts";
import { reportedOf, type TargetResult } from "../execute/target-result.ts";
import type { TargetGraph, TargetNode } from "../graph/target-graph.ts";
import type { Cause } from "../plan/cause.ts";
import type { Facts } from "../plan/facts.ts";
import type { PlanFlags } from "../plan/flags.ts";
import { surveyEngine, surveyImages } from "../survey/survey-engine.ts";
import { areSame, describeSession, identifyImages, type Round, startRound } from "./build-round.ts";
import { describeCancel } from "./describe-cancel.ts";
import { isLasting } from "./lasting-failure.ts";
import type { WatchOptions, WatchProject } from "./watch-session.ts";
import type { WatchSources } from "./watch-sources.ts";
import type { Asked, BuildEnd, CancelReason } from "./watch-state.ts";

/** The end of a build, and the engine's message if it went away. */
export type Ended = BuildEnd & { readonly message?: string };

type FinishedFields = Omit<TargetFinished, "type" | "at" | "target" | "duration">;

interface RunningBuild {
  readonly stop: AbortController;
  readonly ended: Promise<unknown>;
  reason: CancelReason | undefined;
}

export class WatchBuilds {
  readonly #options: WatchOptions;
  readonly #sources: WatchSources;
  /** Ends work for several targets at once. */
  readonly #signal: AbortSignal;
  readonly #newName: () => string;
  readonly #cleanup: SessionCleanup = createSessionCleanup();
  readonly #ledger: SessionLedger;
  readonly #ready: ReadyContainers;
  readonly #layers: SessionLayers;
  readonly #running = new Map<string, RunningBuild>();
  readonly #results = new Map<string, TargetFinished>();
  /** The failures of builds, by target, until one succeeds. */
  readonly #failed = new Map<string, FinishedFields>();
  /** Nodes of all targets there have ever been, for their leftovers. */
  #nodes: ReadonlyMap<string, TargetNode> = new Map();
  /** The causes of this round's builds, by target. */
  #causes = new Map<string, readonly Cause[]>();
  /** Images as they were when targets ended. */
  readonly #images = new Map<string, readonly string[]>();
  /** Targets that were tried: flags of the command line apply once. */
  readonly #tried = new Set<string>();
  /** Undefined from the first time on that nothing is left to build: edits are not in the store. */
  #store: Session["store"];
  #engine: Engine;
  #project: WatchProject;
  #round: Round;

  constructor(options: WatchOptions, sources: WatchSources, signal: AbortSignal) {
    this.#options = options;
    this.#sources = sources;
    this.#signal = signal;
    this.#newName = nameCounter(options.id);
    this.#ledger = createSessionLedger(options);
    this.#ready = createReadyContainers({
      most: options.startAhead,
      newName: this.#newName,
      now: () => this.#now(),
    });
    this.#layers = createSessionLayers(() => this.#engine);
    // Nothing is pulled ahead: a round may end with its edits before its targets have their turn.
    this.#store = options.store && { ...options.store, writes: false, load: "all", pullsAhead: false };
    this.#engine = options.engine;
    this.#project = options.project;
    this.#round = this.#startRound(options.facts);
    this.#noteNodes();
  }

  get graph(): TargetGraph {
    return this.#project.graph;
  }

  /** The last result of each target of the config. */
  get results(): readonly TargetFinished[] {
    return [...this.#results].filter(([name]) => this.graph.nodes.has(name)).map(([, event]) => event);
  }

  use(project: WatchProject): void {
    this.#project = project;
    this.#round = this.#startRound(this.#round.session.facts);
    this.#noteNodes();
    warnOfLock(this.#round.session);
  }

  /** Lists the engine's images. Resolves to the targets whose images are not those they had. */
  async survey(): Promise<readonly string[]> {
    const { facts } = this.#round.session;
    const signal = this.#signal;
    const known =
      facts.engine === undefined
        ? await surveyEngine(this.#engine, { signal })
        : { engine: facts.engine, images: await surveyImages(this.#engine, { signal }) };
    this.#causes = new Map();
    this.#round = this.#startRound(known);
    return [...this.graph.nodes.values()]
      .filter((node) => !this.#hasItsImages(node))
      .map((node) => node.target.name);
  }

  /** Never rejects. `imageIdOf`: ids of the images of targets that have finished. */
  async build(
    name: string,
    asked: Asked | undefined,
    imageIdOf: (target: string) => string | undefined,
  ): Promise<Ended> {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const running: RunningBuild = { stop: new AbortController(), ended, reason: undefined };
    this.#running.set(name, running);
    const node = this.graph.nodes.get(name) as TargetNode;
    const round = this.#round;
    const started = this.#now();
    const imageOf = (target: string) => {
      const id = imageIdOf(target);
      return id === undefined ? undefined : { id };
    };
    const finished = { imageOf, causesOf: (target: string) => this.#causes.get(target) };
    const session = this.#sessionOf(name, asked);
    const context = contextOf(node, round.shared, { session, finished, signal: running.stop.signal });
    const result = await runTarget(node, context);
    await round.note(node, result);
    this.#running.delete(name);
    resolve();
    return this.#end(node, { result, started, reason: running.reason });
  }

  cancel(name: string, reason: CancelReason): void {
    const running = this.#running.get(name);
    if (running === undefined) return;
    running.reason = reason;
    running.stop.abort(new Error(describeCancel(reason)));
  }

  /** Reports how a target ended, also one that was not built. */
  finish(target: string, fields: FinishedFields, started = this.#now()): void {
    const at = this.#now();
    const event: TargetFinished = { type: "target-finished", at, target, duration: at - started, ...fields };
    this.#results.set(target, event);
    this.#options.emit(event);
  }

  /** Reports the last build of a target that failed again. */
  failAgain(target: string): void {
    const failed = this.#failed.get(target);
    if (failed !== undefined) this.finish(target, failed);
  }

  /** The last outcome of a target. */
  outcomeOf(target: string): Outcome | undefined {
    return this.#results.get(target)?.outcome;
  }

  /** Goes on with an engine that was away. Rejects with the engine's error. */
  async resume(engine: Engine): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
    await this.#cleanup.settle();
    this.#ready.forget();
    await sweepBuilds(engine, this.#options.id, { signal: this.#signal });
    this.#engine = engine;
    const { images } = this.#round.session.facts;
    // It may be another one by now: its description is asked for again.
    this.#round = this.#startRound({ engine: undefined, images });
  }

  /** Removes replaced images and outdated records. Rejects only with defects. */
  async tidy(): Promise<void> {
    this.#store = undefined;
    await this.#cleanup.settle();
    // First, for they hold images and source caches.
    const standby = this.#signal.aborted
      ? await this.#ready.close(this.#engine)
      : await this.#ready.trim(this.#engine, this.graph);
    this.#warnOfLeft(standby);
    const { memory } = this.#round.shared;
    const left =
      this.#running.size === 0 ? await removeLeft(this.#engine, this.#ledger, this.#options.id) : [];
    if (this.#running.size === 0) await dropLeftNames(this.#engine, this.#ledger);
    const replaced = await removeReplaced(this.#engine, { nodes: this.#nodes }, this.#round.shared);
    const { session } = this.#round;
    const outdated = await removeOutdatedLayers(session, {
      layers: this.#layers,
      ledger: this.#ledger,
      results: this.results,
    });
    // An engine that went away is waited for; pending removals then stay in the ledger.
    const message = describeUnremoved(
      [...left, ...replaced, ...outdated].filter(({ reason }) => reason !== "lost"),
    );
    if (message !== undefined) this.#options.emit({ type: "session-warning", at: this.#now(), message });
    if (this.#running.size === 0) await this.#ledger.compact();
    await memory.prune();
    await tidySourceCaches(this.#round.session, this.results);
    if (this.#signal.aborted) return;
    this.#warnOfLeft(await this.#ready.replenish(this.#engine, { signal: this.#signal }));
  }

  #warnOfLeft(errors: readonly unknown[]): void {
    for (const error of errors) {
      // An engine that comes back is swept.
      if (error instanceof EngineError && error.reason === "lost") continue;
      const message = `leftovers remain, run sti clean to remove them: ${(error as Error).message}`;
      this.#options.emit({ type: "session-warning", at: this.#now(), message });
    }
  }

  #end(
    node: TargetNode,
    ended: {
      readonly result: TargetResult;
      readonly started: number;
      readonly reason: CancelReason | undefined;
    },
  ): Ended {
    const { name } = node.target;
    const { made } = ended.result;
    const fields = reportedOf(ended.result);
    const { causes, failure, imageId, outcome } = fields;
    if (outcome === "cancelled") {
      this.finish(name, { ...fields, reason: describeCancel(ended.reason) }, ended.started);
      return { kind: "cancelled" };
    }
    this.finish(name, fields, ended.started);
    if (imageId === undefined) {
      this.#failed.set(name, fields);
      if (failure?.code === "engine-lost") return { kind: "lost", message: failure.message };
      return { kind: "failed", isLasting: isLasting(failure) };
    }
    this.#failed.delete(name);
    if (outcome === "built") this.#causes.set(name, causes ?? []);
    this.#images.set(name, identifyImages(node, this.#round.session.facts));
    return { kind: "made", imageId, isNew: made !== undefined };
  }

  #hasItsImages(node: TargetNode): boolean {
    const before = this.#images.get(node.target.name);
    const now = identifyImages(node, this.#round.session.facts);
    // Images that were not known at its end are known from now on.
    this.#images.set(node.target.name, now);
    return before === undefined || areSame(before, now);
  }

  #noteNodes(): void {
    const { nodes } = this.graph;
    const gone = [...this.#nodes].filter(([name]) => !nodes.has(name));
    this.#nodes = new Map([...gone, ...nodes]);
  }

  #startRound(facts: Facts): Round {
    const session = describeSession(this.#options, {
      project: this.#project,
      facts,
      engine: this.#engine,
      snapshots: this.#sources.snapshots,
      readAgain: this.#sources.readForBuild,
      store: this.#store,
      signal: this.#signal,
    });
    return startRound(session, {
      cleanup: this.#cleanup,
      newName: this.#newName,
      layers: this.#layers,
      ledger: this.#ledger,
      ready: this.#ready,
    });
  }

  /** The flags of the command line apply to the first build; after that, the user's requests. */
  #sessionOf(target: string, asked: Asked | undefined): Session {
    const { session } = this.#round;
    const isFirst = !this.#tried.has(target);
    this.#tried.add(target);
    return { ...session, flags: flagsFor(session.flags, { isFirst, asked }) };
  }

  #now(): number {
    return this.#options.clock.now();
  }
}

function flagsFor(
  { clean, force, time }: PlanFlags,
  { asked, isFirst }: { readonly asked: Asked | undefined; readonly isFirst: boolean },
): PlanFlags {
  return {
    time,
    force: (isFirst && force) || asked !== undefined,
    clean: (isFirst && clean) || asked === "clean",
  };
}
