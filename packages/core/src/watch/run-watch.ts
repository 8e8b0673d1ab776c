// Performs the effects of the reducer, and reports their outcomes to it. Targets are built by watch-builds.ts, with the
// parts of every session.
import type { SessionFinished } from "../execute/event.ts";
import { emitSessionFinished, toSessionTarget, warnOfLeftovers } from "../execute/session-events.ts";
import type { WatchIdle } from "../execute/watch-event.ts";
import { describeFailure } from "../failure/describe-failure.ts";
import { inputDigest } from "../plan/git-variables.ts";
import { listContainers } from "./list-containers.ts";
import { WatchBuilds } from "./watch-builds.ts";
import { followContainers, type WatchContainers } from "./watch-containers.ts";
import { WatchEngine } from "./watch-engine.ts";
import { WatchLoop } from "./watch-loop.ts";
import { WatchReads } from "./watch-reads.ts";
import type { WatchOptions, WatchProject } from "./watch-session.ts";
import { createWatchSources } from "./watch-sources.ts";
import { startWatch, type WatchEffect } from "./watch-state.ts";
import { compareTargets, toWatchedTargets } from "./watch-targets.ts";

/** Milliseconds. */
const QUIET_PERIOD = 50;
/** Longest time in milliseconds until changes are read, while more follow. */
const LONGEST_NOISE = 2_000;
type EffectOf<Kind extends WatchEffect["kind"]> = Extract<WatchEffect, { readonly kind: Kind }>;

/** Performs the reducer's effects. */
export class WatchRun {
  readonly loop: WatchLoop;
  readonly #options: WatchOptions;
  readonly #end = Promise.withResolvers<SessionFinished>();
  readonly #builds: WatchBuilds;
  readonly #engine: WatchEngine;
  readonly #containers: WatchContainers;
  readonly #reads: WatchReads;
  readonly #startedAt: number;
  #followUps = 0;
  /** The last report of a config that could not be read: it is reported once. */
  #broken: string | undefined;
  /** Work after it has become idle, one after the other. */
  #tidying: Promise<unknown> = Promise.resolve();

  constructor(options: WatchOptions) {
    const { clock, concurrency, onBusy, project, quietPeriod = QUIET_PERIOD, reader } = options;
    const policy = { quietPeriod, longestNoise: LONGEST_NOISE, onBusy, concurrency };
    const perform = (effect: WatchEffect) => this.#perform(effect);
    this.#options = options;
    this.loop = new WatchLoop((at) => startWatch(policy, toWatchedTargets(project), at), { clock, perform });
    this.#startedAt = this.loop.now();
    const sources = createWatchSources(reader, project.snapshots, (target, snapshot) =>
      this.loop.send({
        kind: "source-read-by-build",
        target: target.name,
        digest: inputDigest(target, snapshot),
      }),
    );
    this.#builds = new WatchBuilds(options, sources, this.loop.signal);
    this.#engine = new WatchEngine({
      emit: options.emit,
      reconnect: options.reconnect,
      loop: this.loop,
      builds: this.#builds,
      onBack: () => this.#containers.resume(),
    });
    const { snapshots } = sources;
    const state = () => this.loop.state;
    const onEngineLost = (message: string) => {
      if (!this.loop.signal.aborted) this.#engine.lose(message);
    };
    this.#containers = followContainers(options.containers, { project, snapshots, state, onEngineLost });
    this.#reads = new WatchReads({
      emit: options.emit,
      loop: this.loop,
      sources,
      builds: this.#builds,
      containers: this.#containers,
    });
  }

  get finished(): Promise<SessionFinished> {
    return this.#end.promise;
  }

  #perform(effect: WatchEffect): void {
    const { loop } = this;
    switch (effect.kind) {
      case "wake":
        break;
      case "survey":
        loop.do(() => this.#engine.survey());
        break;
      case "read":
        this.#reads.begin(effect);
        break;
      case "build":
        loop.do(() => this.#build(effect));
        break;
      case "cancel":
        this.#builds.cancel(effect.target, effect.because);
        break;
      case "skip":
        this.#skip(effect);
        break;
      case "unchanged":
        this.#reportUnchanged(effect.target);
        break;
      case "failed":
        this.#reportFailed(effect.target);
        break;
      case "pause":
        this.#reportPaused(effect);
        break;
      case "reload":
        loop.do(() => this.#reload());
        break;
      case "reconnect":
        loop.do(() => this.#engine.reconnect());
        break;
      case "idle":
        this.#reportIdle(effect);
        break;
      case "stopped":
        loop.do(() => this.#finish());
        break;
      default:
        effect satisfies never;
    }
  }

  async #build({ asked, target }: EffectOf<"build">): Promise<void> {
    const imageIdOf = (name: string) => this.loop.state.targets.get(name)?.done?.imageId;
    const { message, ...end } = await this.#builds.build(target, asked, imageIdOf);
    // First, so that nothing else is begun.
    if (end.kind === "lost") this.#engine.lose(message ?? "");
    if (end.kind === "made") this.#containers.noteImage(target, end.imageId);
    this.loop.send({ kind: "build-ended", target, end });
  }

  /** Reports the failure of the read, or that of the last build again. */
  #reportFailed(name: string): void {
    const [failure, ...otherFailures] = this.#reads.failuresOf(name);
    if (failure === undefined) {
      this.#builds.results.failAgain(name);
      return;
    }
    const reason = describeFailure(failure).summary;
    this.#builds.results.finish(name, { outcome: "failed", reason, failure, otherFailures });
  }

  #skip({ because, target }: EffectOf<"skip">): void {
    const other = this.#builds.results.outcomeOf(because);
    const reason = `needs ${because}, which ${other === "skipped" ? "was skipped" : "failed"}`;
    this.#builds.results.finish(target, { outcome: "skipped", reason });
  }

  #reportUnchanged(target: string): void {
    const imageId = this.loop.state.targets.get(target)?.imageId;
    this.#builds.results.finish(target, { outcome: "up-to-date", reason: "no change", imageId });
  }

  #reportPaused({ builds, path, quiet, target }: EffectOf<"pause">): void {
    this.#options.emit({ type: "target-paused", at: this.loop.now(), target, path, builds, quiet });
  }

  async #reload(): Promise<void> {
    const reloaded = await this.#options.reload();
    if (this.loop.signal.aborted) return;
    if (reloaded.ok) {
      this.#replace(reloaded.value);
      return;
    }
    const { failures } = reloaded;
    const broken = JSON.stringify(failures);
    if (broken !== this.#broken) this.#options.emit({ type: "config-broken", at: this.loop.now(), failures });
    this.#broken = broken;
    this.loop.send({ kind: "config-broken" });
  }

  #replace(project: WatchProject): void {
    const targets = toWatchedTargets(project);
    this.#reads.replace(project.snapshots);
    this.#broken = undefined;
    this.#options.emit({
      type: "config-reloaded",
      at: this.loop.now(),
      ...compareTargets(this.loop.state.targets, targets),
      targets: [...project.graph.nodes.values()].map(toSessionTarget),
      containers: listContainers(project),
    });
    this.#builds.use(project);
    this.loop.send({ kind: "replaced", targets });
    this.#containers.use(project);
  }

  #reportIdle({ changed, failed, isSilent, since }: EffectOf<"idle">): void {
    const at = this.loop.now();
    this.#tidy();
    if (isSilent) return;
    const event: WatchIdle = { type: "watch-settled", at, duration: at - since, changed, failed };
    this.#options.emit(event);
    const { onIdle } = this.#options;
    if (onIdle !== undefined) this.loop.do(() => this.#follow(() => onIdle(event)));
  }

  async #follow(work: () => Promise<void>): Promise<void> {
    this.#followUps += 1;
    this.loop.send({ kind: "follow-up", isAtWork: true });
    await work();
    this.#followUps -= 1;
    this.loop.send({ kind: "follow-up", isAtWork: this.#followUps > 0 });
  }

  #tidy(): void {
    const tidied = this.#tidying.then(() => this.#builds.tidy());
    this.#tidying = tidied.catch(() => {});
    this.loop.do(() => tidied);
  }

  async #finish(): Promise<void> {
    for (const error of await this.#containers.close()) {
      const message = `a container was left behind, which the next session removes: ${String(error)}`;
      this.#options.emit({ type: "session-warning", at: this.loop.now(), message });
    }
    this.#tidy();
    await this.#tidying;
    warnOfLeftovers(this.#options);
    const event = emitSessionFinished(this.#options, {
      startedAt: this.#startedAt,
      results: this.#builds.results.of(this.#builds.graph),
      criticalPath: [],
      criticalDuration: 0,
      failures: this.loop.defects,
    });
    this.#end.resolve(event);
  }
}
